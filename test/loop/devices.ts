import { err, ok, type Result } from '@weir/core/base';
import type { ConfigImage, DeviceId, LeafDiff } from '@weir/core/model';
import type { DeviceWriter, ReadLeaf, SetAnswer } from '@weir/core/ports';

interface Pending {
  readonly id: string;
  readonly before: ConfigImage;
}

export type DeviceFault = 'dead' | 'lost-answer' | 'rejects' | 'no-commit' | 'lies';

/** Devices in memory that keep the rules of gNMI Set and of commit-confirmed. */
export class MemoryDevices implements DeviceWriter {
  readonly images = new Map<DeviceId, ConfigImage>();
  readonly faults = new Map<DeviceId, DeviceFault>();
  readonly pending = new Map<DeviceId, Pending>();
  sets = 0;

  async readImage(device: DeviceId): Promise<Result<ConfigImage>> {
    const image = this.images.get(device);
    return image === undefined || this.faults.get(device) === 'dead'
      ? unreachable(device)
      : ok(new Map(image));
  }

  async readLeaves(
    device: DeviceId,
    paths: readonly string[],
  ): Promise<Result<readonly ReadLeaf[]>> {
    const image = await this.readImage(device);
    if (!image.ok) return image;
    return ok(paths.map((path) => ({ path, value: image.value.get(path) ?? null })));
  }

  async probeCommitConfirmed(device: DeviceId): Promise<Result<boolean>> {
    const fault = this.faults.get(device);
    return fault === 'dead' ? unreachable(device) : ok(fault !== 'no-commit');
  }

  async set(
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commit: { readonly id: string; readonly rollbackMs: number } | null,
  ): Promise<SetAnswer> {
    const fault = this.faults.get(device);
    if (fault === 'dead') return { kind: 'unknown', message: 'UNAVAILABLE' };
    if (fault === 'rejects') return { kind: 'refused', grpcCode: 3, message: 'INVALID_ARGUMENT' };
    if (this.pending.has(device)) return { kind: 'refused', grpcCode: 9, message: 'pending' };
    this.sets++;
    if (fault === 'lies') return { kind: 'ok' };
    const before = this.images.get(device) ?? new Map();
    const after = new Map(before);
    for (const { path, after: value } of leaves)
      if (value === null) after.delete(path);
      else after.set(path, value);
    this.images.set(device, after);
    if (commit !== null) this.pending.set(device, { id: commit.id, before });
    return fault === 'lost-answer' ? { kind: 'unknown', message: 'DEADLINE' } : { kind: 'ok' };
  }

  async confirm(device: DeviceId, commitId: string): Promise<SetAnswer> {
    const checked = this.check(device, commitId);
    if (checked.kind === 'ok') this.pending.delete(device);
    return checked;
  }

  async cancel(device: DeviceId, commitId: string): Promise<SetAnswer> {
    const checked = this.check(device, commitId);
    if (checked.kind === 'ok') this.expire(device);
    return checked;
  }

  /** What the device's own timer does. */
  expire(device: DeviceId): void {
    const pending = this.pending.get(device);
    if (pending === undefined) return;
    this.images.set(device, pending.before);
    this.pending.delete(device);
  }

  async close(): Promise<void> {
    this.pending.clear();
  }

  private check(device: DeviceId, commitId: string): SetAnswer {
    if (this.faults.get(device) === 'dead') return { kind: 'unknown', message: 'UNAVAILABLE' };
    const pending = this.pending.get(device);
    if (pending === undefined) return { kind: 'refused', grpcCode: 9, message: 'none pending' };
    if (pending.id !== commitId) return { kind: 'refused', grpcCode: 3, message: 'other id' };
    return { kind: 'ok' };
  }
}

const unreachable = (device: DeviceId): Result<never> =>
  err({ kind: 'refused', code: 'device-unreachable', where: device, reason: 'no answer' });
