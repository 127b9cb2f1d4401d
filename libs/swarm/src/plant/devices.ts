import { SimulatedDevices } from '@weir/closed-loop';
import type { Result } from '@weir/core/base';
import type { ChangeId, ConfigImage, DeviceId, LeafDiff } from '@weir/core/model';
import type { ReadLeaf, SetAnswer } from '@weir/core/ports';
import type { VirtualTime } from '@weir/sim';
import type { Fabric } from './fabric';
import type { TimelineWriter } from './timeline';

/** Whose call it is that a device carries out. */
export interface Caller {
  readonly by: 'controller' | 'person';
  readonly epoch: number | null;
  readonly changeId: ChangeId | null;
}

/** Ways in which a switch does not keep to the rules; asked for each call. */
export interface Vices {
  /** Answers INVALID_ARGUMENT. */
  rejects?: (leaves: readonly LeafDiff[]) => boolean;
  /** Answers OK; ms until it truly applies the Set, Infinity for never, 0 for at once. */
  appliesAfterMs?: () => number;
  /** Drops the Commit extension without an error. */
  noCommit?: boolean;
  /** Refuses to cancel, and to write back. */
  refusesRollback?: () => boolean;
  /** What becomes of a confirmation: carried out so many ms after it was answered, or never. */
  confirms?: () => number | 'lost' | 'forgotten';
}

/** Something that a controller asks of a switch, seen as it arrives or as it was carried out. */
export interface Asked {
  readonly device: DeviceId;
  readonly call: 'probe' | 'set' | 'confirm' | 'cancel';
  readonly changeId: ChangeId | null;
  readonly rollbackMs: number;
  readonly done: boolean;
}
export type Watcher = (asked: Asked) => void;

type Cause = 'set' | 'confirm' | 'cancel' | 'timer' | 'reboot' | 'person';
interface Attribution {
  readonly by: Cause;
  readonly caller: Caller;
  readonly commitId: string;
}

const NOBODY: Caller = { by: 'controller', epoch: null, changeId: null };
const PERSON: Caller = { by: 'person', epoch: null, changeId: null };
const INTERNAL = 13;
const INVALID_ARGUMENT = 3;
const NO_TIME_OUT = 1e9;

/**
 * The switches behind their management interfaces: SimulatedDevices, one call at a time on each,
 * with vices, and with everything that they truly do written into the timeline.
 */
export class SwarmDevices {
  readonly inner: SimulatedDevices;
  private readonly vices = new Map<DeviceId, Vices>();
  private readonly lines = new Map<DeviceId, Promise<unknown>>();
  private readonly watchers = new Set<Watcher>();
  private readonly down = new Set<DeviceId>();
  private readonly doing = new Map<DeviceId, Attribution>();
  /** Pending commit of each device, as it was made. */
  private readonly commits = new Map<DeviceId, { id: string; caller: Caller }>();

  constructor(
    private readonly time: VirtualTime,
    fabric: Fabric,
    private readonly timeline: TimelineWriter,
    private readonly configured: (device: DeviceId) => void,
  ) {
    this.inner = new SimulatedDevices(time, 0, {
      violation: (_, image) => {
        const checked = fabric.profile.checkSchema(image);
        return checked.ok ? null : checked.error.reason;
      },
      configure: (device, image) => {
        this.tell(device, image);
      },
    });
    for (const [device, image] of fabric.images) this.inner.images.set(device, image);
  }

  get images(): ReadonlyMap<DeviceId, ConfigImage> {
    return this.inner.images;
  }

  get pendingCommits(): ReadonlyMap<DeviceId, string> {
    return new Map([...this.commits].map(([device, { id }]) => [device, id]));
  }

  /** Returns what ends it. */
  watch(watcher: Watcher): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  isDown(device: DeviceId): boolean {
    return this.down.has(device);
  }

  viceOf(device: DeviceId): Vices {
    const found = this.vices.get(device);
    if (found !== undefined) return found;
    const vices: Vices = {};
    this.vices.set(device, vices);
    return vices;
  }

  read(device: DeviceId, paths: readonly string[]): Promise<Result<readonly ReadLeaf[]>> {
    return this.inner.readLeaves(device, paths, NO_TIME_OUT);
  }

  readImage(device: DeviceId): Promise<Result<ConfigImage>> {
    return this.inner.readImage(device, NO_TIME_OUT);
  }

  /** By what it does: one that drops the extension is found out. */
  async probe(device: DeviceId): Promise<Result<boolean>> {
    this.asked({ device, call: 'probe', changeId: null, rollbackMs: 0, done: false });
    const probed = await this.inner.probeCommitConfirmed(device, NO_TIME_OUT);
    return probed.ok ? { ok: true, value: this.viceOf(device).noCommit !== true } : probed;
  }

  async set(
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commit: { readonly id: string; readonly rollbackMs: number } | null,
    caller: Caller,
  ): Promise<SetAnswer> {
    const vices = this.viceOf(device);
    if (caller.by === 'controller') {
      const { changeId } = caller;
      const rollbackMs = commit?.rollbackMs ?? 0;
      this.asked({ device, call: 'set', changeId, rollbackMs, done: false });
      if (vices.rejects?.(leaves) === true)
        return { kind: 'refused', grpcCode: INVALID_ARGUMENT, message: 'not supported' };
      if (commit === null && vices.refusesRollback?.() === true)
        return { kind: 'refused', grpcCode: INTERNAL, message: 'the configuration is locked' };
    }
    const kept = vices.noCommit === true && caller.by === 'controller' ? null : commit;
    const lateMs = caller.by === 'controller' ? (vices.appliesAfterMs?.() ?? 0) : 0;
    if (lateMs === 0) return this.apply(device, leaves, kept, caller);
    if (lateMs !== Infinity)
      this.time.after(lateMs, () => void this.apply(device, leaves, kept, caller));
    return { kind: 'ok' };
  }

  async confirm(device: DeviceId, commitId: string, caller: Caller): Promise<SetAnswer> {
    const { changeId } = caller;
    this.asked({ device, call: 'confirm', changeId, rollbackMs: 0, done: false });
    const fate = this.viceOf(device).confirms?.() ?? 0;
    if (fate === 0) return this.settle('confirm', device, commitId, caller);
    // Lost on its way: nobody answers.
    if (fate === 'lost') return new Promise(() => undefined);
    if (fate !== 'forgotten')
      this.time.after(fate, () => void this.settle('confirm', device, commitId, caller));
    return { kind: 'ok' };
  }

  async cancel(device: DeviceId, commitId: string, caller: Caller): Promise<SetAnswer> {
    const { changeId } = caller;
    this.asked({ device, call: 'cancel', changeId, rollbackMs: 0, done: false });
    if (this.viceOf(device).refusesRollback?.() === true)
      return { kind: 'refused', grpcCode: INTERNAL, message: 'the commit cannot be cancelled' };
    return this.settle('cancel', device, commitId, caller);
  }

  /** Power is gone; what was not confirmed is lost, or else kept for good by the next boot. */
  powerOff(device: DeviceId, keepsPending: boolean): Promise<void> {
    const commit = this.commits.get(device);
    const caller = commit?.caller ?? NOBODY;
    const doing = { by: 'reboot' as const, caller, commitId: commit?.id ?? '' };
    return this.inLine(device, doing, async () => {
      this.commits.delete(device);
      if (keepsPending && commit !== undefined) {
        // The boot configuration holds it already, and nobody remembers the timer.
        await this.inner.confirm(device, commit.id, NO_TIME_OUT);
        this.tell(device, this.imageOf(device));
      }
      this.inner.setUp(device, false);
      this.down.add(device);
    });
  }

  powerOn(device: DeviceId): void {
    this.inner.setUp(device, true);
    this.down.delete(device);
  }

  /** A person types at the switch itself, and may want it taken back unless it is confirmed. */
  edit(
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commit: { readonly id: string; readonly rollbackMs: number } | null = null,
  ): Promise<SetAnswer> {
    if (this.isDown(device)) return Promise.resolve({ kind: 'unknown', message: 'no power' });
    return this.apply(device, leaves, commit, PERSON);
  }

  /** The person who began a commit keeps it. */
  keepEdit(device: DeviceId, commitId: string): Promise<SetAnswer> {
    if (this.isDown(device)) return Promise.resolve({ kind: 'unknown', message: 'no power' });
    return this.settle('confirm', device, commitId, PERSON);
  }

  imageOf(device: DeviceId): ConfigImage {
    return this.inner.images.get(device) ?? new Map();
  }

  private asked(asked: Asked): void {
    for (const watcher of this.watchers) watcher(asked);
  }

  private apply(
    device: DeviceId,
    leaves: readonly LeafDiff[],
    commit: { readonly id: string; readonly rollbackMs: number } | null,
    caller: Caller,
  ): Promise<SetAnswer> {
    const by = caller.by === 'person' ? 'person' : 'set';
    const commitId = commit?.id ?? '';
    return this.inLine(device, { by, caller, commitId }, async () => {
      const answer = await this.inner.set(device, leaves, commit, NO_TIME_OUT);
      if (answer.kind !== 'ok') return answer;
      if (commit !== null) this.commits.set(device, { id: commit.id, caller });
      const rollbackMs = commit?.rollbackMs ?? 0;
      if (caller.by === 'controller')
        this.asked({ device, call: 'set', changeId: caller.changeId, rollbackMs, done: true });
      return answer;
    });
  }

  private settle(
    by: 'confirm' | 'cancel',
    device: DeviceId,
    commitId: string,
    caller: Caller,
  ): Promise<SetAnswer> {
    return this.inLine(device, { by, caller, commitId }, async () => {
      const answer = await this.inner[by](device, commitId, NO_TIME_OUT);
      if (answer.kind !== 'ok') return answer;
      this.commits.delete(device);
      if (by === 'confirm') this.tell(device, this.imageOf(device));
      return answer;
    });
  }

  /** One call at a time, as a gNMI target serialises its Sets. */
  private inLine<T>(device: DeviceId, doing: Attribution, work: () => Promise<T>): Promise<T> {
    const before = this.lines.get(device) ?? Promise.resolve();
    const run = before.then(async () => {
      this.doing.set(device, doing);
      const result = await work();
      this.doing.delete(device);
      return result;
    });
    this.lines.set(device, run);
    return run;
  }

  /** Without a call under way it was the device's own timer. */
  private tell(device: DeviceId, image: ConfigImage): void {
    let doing = this.doing.get(device);
    if (doing === undefined) {
      const commit = this.commits.get(device);
      this.commits.delete(device);
      doing = { by: 'timer', caller: commit?.caller ?? NOBODY, commitId: commit?.id ?? '' };
    }
    const { caller, commitId } = doing;
    // What a person began is a person's doing to its end, his own timer included.
    const by = caller.by === 'person' ? 'person' : doing.by;
    const ownCall = by === 'set' || by === 'confirm' || by === 'cancel';
    this.timeline.write({
      kind: 'effect',
      device,
      by,
      epoch: ownCall ? caller.epoch : null,
      changeId: caller.changeId,
      commitId,
      image,
    });
    this.configured(device);
  }
}
