import { sameLeaf, type ConfigImage, type DeviceId, type LeafValue } from '@weir/core/model';
import type { TimelineEvent } from '../timeline';

export type Effect = Extract<TimelineEvent, { kind: 'effect' }>;

/** One leaf that an effect gave another value. */
export interface ChangedLeaf {
  readonly path: string;
  readonly before: LeafValue | null;
  readonly after: LeafValue | null;
}

/** What the devices truly hold, and which effect wrote each leaf last. */
export class DeviceTruth {
  private readonly images: Map<DeviceId, ConfigImage>;
  private readonly writers = new Map<DeviceId, Map<string, Effect>>();

  constructor(images: ReadonlyMap<DeviceId, ConfigImage>) {
    this.images = new Map(images);
  }

  /** Takes the effect in and says which leaves it changed. */
  take(effect: Effect): readonly ChangedLeaf[] {
    const { device } = effect;
    const before = this.images.get(device) ?? new Map<string, LeafValue>();
    const changed = changedLeaves(before, effect.image);
    this.images.set(device, effect.image);
    const writers = this.writers.get(device) ?? new Map<string, Effect>();
    for (const { path } of changed) writers.set(path, effect);
    this.writers.set(device, writers);
    return changed;
  }

  value(device: DeviceId, path: string): LeafValue | null {
    return this.images.get(device)?.get(path) ?? null;
  }

  /** The effect that gave the leaf its present value; null when nothing changed it so far. */
  writer(device: DeviceId, path: string): Effect | null {
    return this.writers.get(device)?.get(path) ?? null;
  }
}

export function changedLeaves(before: ConfigImage, after: ConfigImage): readonly ChangedLeaf[] {
  if (before === after) return [];
  const changed: ChangedLeaf[] = [];
  for (const [path, value] of after) {
    const old = before.get(path) ?? null;
    if (!sameLeaf(old, value)) changed.push({ path, before: old, after: value });
  }
  for (const [path, value] of before)
    if (!after.has(path)) changed.push({ path, before: value, after: null });
  return changed;
}

export const shown = (value: LeafValue | null): string => (value === null ? 'absent' : `${value}`);
