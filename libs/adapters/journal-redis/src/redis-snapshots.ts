import {
  coveredUpTo,
  linkRecord,
  withCheckpoint,
  type AdoptedJournal,
  type ChainHead,
  type ChainPoint,
  type JournalSnapshot,
  type JournalSnapshots,
} from '@weir/core/ports';
import { ADOPT_SCRIPT, CHECKPOINT_SCRIPT, CUT_SCRIPT, SAVE_SCRIPT } from './snapshot-scripts';
import type { StreamStore } from './stream-store';

export interface SnapshotOwner {
  head(): ChainHead;
  restart(head: ChainHead): void;
  /** Throws when the journal refuses to be written. */
  check(): void;
}

/** Fenced by the epoch of the stream itself, in the same step as each write. */
export class RedisSnapshots implements JournalSnapshots {
  constructor(
    private readonly store: StreamStore,
    private readonly owner: SnapshotOwner,
  ) {}

  list(): Promise<readonly JournalSnapshot[]> {
    return this.store.kept.snapshots();
  }

  base(): Promise<ChainHead> {
    return this.store.kept.base();
  }

  checkpoints(): Promise<readonly ChainPoint[]> {
    return this.store.kept.checkpoints();
  }

  async save(epoch: number, snapshot: JournalSnapshot): Promise<void> {
    this.owner.check();
    const points = withCheckpoint(await this.checkpoints(), snapshot);
    const given = [snapshot.sequence, valueOf(snapshot), JSON.stringify(points)];
    const { snapshots, checkpoints } = this.store.kept.keys;
    await this.store.write(SAVE_SCRIPT, [snapshots, checkpoints], epoch, given);
  }

  async addCheckpoint(epoch: number, point: ChainPoint): Promise<void> {
    this.owner.check();
    const points = withCheckpoint(await this.checkpoints(), point);
    const { checkpoints } = this.store.kept.keys;
    await this.store.write(CHECKPOINT_SCRIPT, [checkpoints], epoch, [JSON.stringify(points)]);
  }

  /** Keeps what a reader that was heard of lately has not read yet. */
  async compact(epoch: number, upTo: number): Promise<ChainHead> {
    this.owner.check();
    const base = await this.base();
    const slowest = await this.store.kept.slowestReader();
    const covered = coveredUpTo(await this.list());
    const limit = Math.min(upTo, covered, slowest < 0 ? covered : slowest);
    if (limit <= base.sequence) {
      await this.store.write(CUT_SCRIPT, [], epoch, [base.sequence, base.hash, base.epoch]);
      return base;
    }
    const [link] = await this.store.links(limit, 1);
    const record = link ? linkRecord(link) : null;
    if (!record || record.sequence !== limit) return base;
    const next = { sequence: limit, hash: record.hash, epoch: record.epoch };
    await this.store.write(CUT_SCRIPT, [], epoch, [next.sequence, next.hash, next.epoch]);
    return next;
  }

  async adopt({ base, checkpoints, snapshots }: AdoptedJournal): Promise<void> {
    this.owner.check();
    const { sequence, hash, epoch } = this.owner.head();
    const { keys } = this.store.kept;
    await this.store.write(
      ADOPT_SCRIPT,
      [keys.snapshots, keys.checkpoints],
      Math.max(epoch, base.epoch),
      [
        sequence,
        hash,
        base.sequence,
        base.hash,
        base.epoch,
        JSON.stringify(checkpoints),
        ...snapshots.flatMap((one) => [one.sequence, valueOf(one)]),
      ],
    );
    this.owner.restart(base);
  }
}

const valueOf = ({ hash, atMs, text }: JournalSnapshot): string => `${hash}${atMs}\n${text}`;
