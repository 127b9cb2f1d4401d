import { err, ok, type Result } from '@weir/core/base';
import {
  deviceId,
  patched,
  type ConfigImage,
  type DeviceId,
  type LeafDiff,
} from '@weir/core/model';
import type { DeviceWriter, ReadLeaf, SetAnswer, Timers } from '@weir/core/ports';
import type { SouthboundFault } from '../build/timeline';

/** gRPC status codes. */
const INVALID_ARGUMENT = 3;
const FAILED_PRECONDITION = 9;
const NO_CONFIRM = 'no commit waits for a confirmation';

interface Pending {
  readonly id: string;
  readonly before: ConfigImage;
  readonly cancelTimer: () => void;
}

/** What is behind the management interface of the switches. */
export interface DataPlane {
  /** Why a configuration is refused, or null. */
  violation(device: DeviceId, image: ConfigImage): string | null;
  /** Takes over the whole configuration after it has changed. */
  configure(device: DeviceId, image: ConfigImage): void;
}

/**
 * The switches as gNMI targets: configuration leaves, atomic Set and commit-confirmed (OpenConfig
 * gNMI extension `commit`) with its deadline on the virtual clock. A write takes `writeMs`; a
 * read takes no time, so that looking changes nothing in a run; what is unreachable answers when
 * the caller's time is up.
 */
export class SimulatedDevices implements DeviceWriter {
  readonly images = new Map<DeviceId, ConfigImage>();
  private readonly faults = new Map<DeviceId, SouthboundFault>();
  private readonly down = new Set<DeviceId>();
  private readonly pending = new Map<DeviceId, Pending>();

  constructor(
    private readonly timers: Timers,
    private readonly writeMs: number,
    private readonly dataPlane: DataPlane,
  ) {}

  setFault(device: string, fault: SouthboundFault): void {
    this.faults.set(deviceId(device), fault);
  }

  /** A switch that loses power loses what was not confirmed. */
  setUp(device: string, up: boolean): void {
    const id = deviceId(device);
    if (up) this.down.delete(id);
    else {
      this.down.add(id);
      this.rollBack(id);
    }
  }

  /** Somebody else configures the switch. */
  overwrite(device: string, image: ConfigImage): void {
    this.put(deviceId(device), image);
  }

  async readImage(device: DeviceId, timeoutMs: number): Promise<Result<ConfigImage>> {
    if (!(await this.answers(device, 0, timeoutMs))) return unreachable(device);
    return ok(this.imageOf(device));
  }

  async readLeaves(
    device: DeviceId,
    paths: readonly string[],
    timeoutMs: number,
  ): Promise<Result<readonly ReadLeaf[]>> {
    const image = await this.readImage(device, timeoutMs);
    if (!image.ok) return image;
    return ok(paths.map((path) => ({ path, value: image.value.get(path) ?? null })));
  }

  async probeCommitConfirmed(device: DeviceId, timeoutMs: number): Promise<Result<boolean>> {
    return (await this.answers(device, 0, timeoutMs)) ? ok(true) : unreachable(device);
  }

  async set(
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commit: { readonly id: string; readonly rollbackMs: number } | null,
    timeoutMs: number,
  ): Promise<SetAnswer> {
    if (!(await this.answers(device, this.writeMs, timeoutMs))) return noAnswer;
    if (this.faults.get(device) === 'rejects') return refused(INVALID_ARGUMENT, 'not supported');
    if (this.pending.has(device))
      return refused(FAILED_PRECONDITION, 'another commit waits for its confirmation');
    const before = this.imageOf(device);
    const after = patched(before, leaves);
    const violation = this.dataPlane.violation(device, after);
    if (violation !== null) return refused(INVALID_ARGUMENT, violation);
    this.put(device, after);
    if (commit !== null) {
      const cancelTimer = this.timers.after(commit.rollbackMs, () => this.rollBack(device));
      this.pending.set(device, { id: commit.id, before, cancelTimer });
    }
    return { kind: 'ok' };
  }

  async confirm(device: DeviceId, commitId: string, timeoutMs: number): Promise<SetAnswer> {
    const answer = await this.settle(device, commitId, timeoutMs);
    if (answer.kind === 'ok') {
      this.pending.get(device)?.cancelTimer();
      this.pending.delete(device);
    }
    return answer;
  }

  async cancel(device: DeviceId, commitId: string, timeoutMs: number): Promise<SetAnswer> {
    const answer = await this.settle(device, commitId, timeoutMs);
    if (answer.kind === 'ok') this.rollBack(device);
    return answer;
  }

  async close(): Promise<void> {
    for (const { cancelTimer } of this.pending.values()) cancelTimer();
    this.pending.clear();
  }

  private async settle(device: DeviceId, commitId: string, timeoutMs: number): Promise<SetAnswer> {
    if (!(await this.answers(device, this.writeMs, timeoutMs))) return noAnswer;
    const pending = this.pending.get(device);
    if (pending === undefined) return refused(FAILED_PRECONDITION, NO_CONFIRM);
    if (pending.id !== commitId) return refused(INVALID_ARGUMENT, 'another commit waits');
    return { kind: 'ok' };
  }

  /** Waits as long as the call takes; false when there is no answer. */
  private async answers(device: DeviceId, callMs: number, timeoutMs: number): Promise<boolean> {
    const reachable = () => !this.down.has(device) && this.faults.get(device) !== 'unreachable';
    const takesMs = reachable() ? callMs : timeoutMs;
    if (takesMs > 0) await new Promise<void>((resolve) => void this.timers.after(takesMs, resolve));
    return reachable() && this.images.has(device);
  }

  private rollBack(device: DeviceId): void {
    const pending = this.pending.get(device);
    if (pending === undefined) return;
    pending.cancelTimer();
    this.pending.delete(device);
    this.put(device, pending.before);
  }

  private put(device: DeviceId, image: ConfigImage): void {
    this.images.set(device, image);
    this.dataPlane.configure(device, image);
  }

  private imageOf(device: DeviceId): ConfigImage {
    return this.images.get(device) ?? new Map();
  }
}

const noAnswer: SetAnswer = { kind: 'unknown', message: 'DEADLINE_EXCEEDED' };
const refused = (grpcCode: number, message: string): SetAnswer => ({
  kind: 'refused',
  grpcCode,
  message,
});
const unreachable = (device: DeviceId): Result<never> =>
  err({ kind: 'refused', code: 'device-unreachable', where: device, reason: 'no answer' });
