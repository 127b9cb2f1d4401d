import {
  sameLeaf,
  type Change,
  type ConfigImage,
  type DeviceId,
  type LeafValue,
} from '../../model';
import type { Pass } from '../pass';

/**
 * Configurations as they are or would be: what the devices hold, with some changes put on or taken
 * off. Devices whose configuration is not known have no image.
 */
export class World {
  private readonly overlay = new Map<DeviceId, ConfigImage>();

  constructor(private readonly pass: Pass) {}

  image(device: DeviceId): ConfigImage | undefined {
    return this.overlay.get(device) ?? this.pass.observed.images.get(device);
  }

  /** As it will be once the change has been written, on these devices or on all of its own. */
  with(change: Change, devices?: ReadonlySet<DeviceId>): this {
    for (const { device, leaves } of change.plan.diffs)
      if (devices === undefined || devices.has(device))
        this.write(device, leaves, (leaf) => leaf.after);
    return this;
  }

  /** As it would be without the change: leaves that still hold what it wrote go back. */
  without(change: Change): this {
    for (const { device, leaves } of change.plan.diffs) {
      const image = this.image(device);
      const written = leaves.filter((leaf) => sameLeaf(image?.get(leaf.path) ?? null, leaf.after));
      this.write(device, written, (leaf) => leaf.before);
    }
    return this;
  }

  private write(
    device: DeviceId,
    leaves: readonly Leaf[],
    valueOf: (leaf: Leaf) => LeafValue | null,
  ): void {
    const image = this.image(device);
    if (image === undefined) return;
    const next = new Map(image);
    for (const leaf of leaves) {
      const value = valueOf(leaf);
      if (value === null) next.delete(leaf.path);
      else next.set(leaf.path, value);
    }
    this.overlay.set(device, next);
  }
}

type Leaf = Change['plan']['diffs'][number]['leaves'][number];
