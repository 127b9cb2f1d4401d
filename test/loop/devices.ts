import { err, ok, type Result } from '@weir/core/base';
import type { ConfigImage, DeviceId, LeafDiff } from '@weir/core/model';
import type { DeviceWriter, ReadLeaf, SetAnswer } from '@weir/core/ports';

interface Pending {
  readonly id: string;
  readonly before: ConfigImage;
  /** When the device goes back by itself. */
  readonly untilMs: number;
}

export type DeviceFault =
  | 'dead'
  | 'lost-answer'
  | 'rejects'
  | 'no-commit'
  | 'lies'
  /** Sets are answered by nobody, and carried out when the test says so. */
  | 'late'
  /** Confirms do not arrive. */
  | 'lost-confirm'
  /** Confirms arrive, and their answers do not. */
  | 'lost-confirm-answer';

/** Devices in memory that keep the rules of gNMI Set and of commit-confirmed. */
export class MemoryDevices implements DeviceWriter {
  readonly images = new Map<DeviceId, ConfigImage>();
  readonly faults = new Map<DeviceId, DeviceFault>();
  readonly pending = new Map<DeviceId, Pending>();
  /** Sets that are still under way. */
  readonly late = new Map<DeviceId, readonly LeafDiff[]>();
  sets = 0;
  private nowMs = 0;

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
    return fault === 'dead' ? unreachable(device) : ok(fault !== 'no-commit' && fault !== 'late');
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
    if (fault === 'late') {
      this.late.set(device, leaves);
      return { kind: 'unknown', message: 'DEADLINE' };
    }
    const before = this.images.get(device) ?? new Map();
    this.write(device, leaves);
    if (commit !== null)
      this.pending.set(device, { id: commit.id, before, untilMs: this.nowMs + commit.rollbackMs });
    return fault === 'lost-answer' ? { kind: 'unknown', message: 'DEADLINE' } : { kind: 'ok' };
  }

  async confirm(device: DeviceId, commitId: string): Promise<SetAnswer> {
    const fault = this.faults.get(device);
    const lost: SetAnswer = { kind: 'unknown', message: 'DEADLINE' };
    if (fault === 'lost-confirm') return lost;
    const checked = this.check(device, commitId);
    if (checked.kind === 'ok') this.pending.delete(device);
    return fault === 'lost-confirm-answer' ? lost : checked;
  }

  async cancel(device: DeviceId, commitId: string): Promise<SetAnswer> {
    const checked = this.check(device, commitId);
    if (checked.kind === 'ok') this.expire(device);
    return checked;
  }

  /** Lets the devices' own timers run. */
  passTo(nowMs: number): void {
    this.nowMs = nowMs;
    for (const [device, { untilMs }] of this.pending) if (nowMs >= untilMs) this.expire(device);
  }

  /** What was under way all the time arrives. */
  arriveLate(device: DeviceId): void {
    this.write(device, this.late.get(device) ?? []);
    this.late.delete(device);
  }

  private write(device: DeviceId, leaves: readonly LeafDiff[]): void {
    const image = new Map(this.images.get(device));
    for (const { path, after } of leaves)
      if (after === null) image.delete(path);
      else image.set(path, after);
    this.images.set(device, image);
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
