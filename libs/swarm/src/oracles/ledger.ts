import { isTerminal } from '@weir/core/change';
import type {
  Change,
  ChangeId,
  ChangeState,
  DeviceId,
  JournalRecord,
  LeafDiff,
  LeafValue,
  OperationVerb,
  RecordBody,
  VerdictRecord,
} from '@weir/core/model';

/** What a durable record said before a device was written. Times are of the run, not of a clock. */
export interface Prepared {
  readonly preImage: ReadonlyMap<string, LeafValue | null>;
  readonly postHash: string;
  readonly commitConfirmed: boolean;
  readonly commitId: string;
  readonly epoch: number;
  readonly atMs: number;
  readonly deadlineMs: number;
}

export interface TrackedChange {
  readonly change: Change;
  readonly proposedMs: number;
  readonly expiresMs: number;
  state: ChangeState;
  /** Every state that it was ever in. */
  readonly reached: Set<ChangeState>;
  /** When it came to its end; null while it is open. */
  endedMs: number | null;
  readonly prepared: Map<DeviceId, Prepared>;
  readonly operations: Map<DeviceId, Set<OperationVerb>>;
  verdict: VerdictRecord | null;
  leaseUntilMs: number | null;
}

/**
 * What the durable records say of each change, folded here once more on purpose: an oracle that
 * asked the product's own fold would believe what a broken fold believes.
 */
export class Ledger {
  readonly changes = new Map<ChangeId, TrackedChange>();
  readonly fenced = new Set<DeviceId>();
  frozen = false;
  private lastSequence = 0;

  /** Returns the body when the record is a new one; null when it was seen before. */
  take(record: JournalRecord, atMs: number): RecordBody | null {
    if (record.sequence <= this.lastSequence) return null;
    this.lastSequence = record.sequence;
    const { body } = record;
    if (body.kind === 'change-proposed') this.propose(body.change, record, atMs);
    else if (body.kind === 'device-fenced') this.fenced.add(body.device);
    else if (body.kind === 'device-unfenced') this.fenced.delete(body.device);
    else if (body.kind === 'frozen') this.frozen = true;
    else if (body.kind === 'unfrozen') this.frozen = false;
    else this.fold(body, record, atMs);
    return body;
  }

  private propose(change: Change, record: JournalRecord, atMs: number): void {
    this.changes.set(change.id, {
      change,
      proposedMs: atMs,
      expiresMs: atMs + (change.expiresMs - record.atMs),
      state: change.state,
      reached: new Set([change.state]),
      endedMs: null,
      prepared: new Map(),
      operations: new Map(),
      verdict: null,
      leaseUntilMs: null,
    });
  }

  private fold(body: RecordBody, record: JournalRecord, atMs: number): void {
    const tracked = 'id' in body ? this.changes.get(body.id as ChangeId) : undefined;
    if (tracked === undefined) return;
    if (body.kind === 'change-transition') {
      tracked.state = body.to;
      tracked.reached.add(body.to);
      if (isTerminal(body.to)) tracked.endedMs ??= atMs;
    } else if (body.kind === 'device-prepared')
      tracked.prepared.set(body.device, {
        preImage: new Map(body.preImage.map(({ path, value }) => [path, value])),
        postHash: body.postHash,
        commitConfirmed: body.commitConfirmed,
        commitId: body.commitId,
        epoch: record.epoch,
        atMs,
        deadlineMs: atMs + (body.deadlineMs - record.atMs),
      });
    else if (body.kind === 'device-operation') {
      const verbs = tracked.operations.get(body.device) ?? new Set();
      tracked.operations.set(body.device, verbs.add(body.verb));
    } else if (body.kind === 'verdict') tracked.verdict = body.verdict;
    else if (body.kind === 'lease-renewed')
      tracked.leaseUntilMs = atMs + (body.untilMs - record.atMs);
  }
}

/** Leaves that the change writes on a device, as planned. */
export const leavesOf = ({ change }: TrackedChange, device: DeviceId): readonly LeafDiff[] =>
  change.plan.diffs.find((diff) => diff.device === device)?.leaves ?? [];

/** What the change must bring back on a device: what was read, else what the plan started from. */
export const valueBefore = (
  tracked: TrackedChange,
  device: DeviceId,
  leaf: LeafDiff,
): LeafValue | null => {
  const read = tracked.prepared.get(device)?.preImage;
  return read?.has(leaf.path) === true ? (read.get(leaf.path) ?? null) : leaf.before;
};
