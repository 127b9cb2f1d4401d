import {
  coveredUpTo,
  JournalFenced,
  linkRecord,
  withCheckpoint,
  type AdoptedJournal,
  type ChainHead,
  type ChainPoint,
  type JournalSnapshot,
  type JournalSnapshots,
} from '@weir/core/ports';
import type { RecordStore } from './record-store';

/** Records dropped in one commit; bounds the time that the event loop spends on it. */
const CUT_RECORDS = 500;

/** What snapshots need of the journal that they are part of. */
export interface SnapshotOwner {
  head(): ChainHead;
  /** Begins anew behind `head`; nothing may be under way. */
  restart(head: ChainHead): void;
  /** Runs a write of the store as the owner; rejects with JournalUnavailable. */
  write(change: () => void): Promise<void>;
  /** Throws when the journal refuses to be written. */
  check(): void;
}

export class LmdbSnapshots implements JournalSnapshots {
  constructor(
    private readonly store: RecordStore,
    private readonly owner: SnapshotOwner,
  ) {}

  async list(): Promise<readonly JournalSnapshot[]> {
    return this.store.snapshots.list();
  }

  async save(epoch: number, snapshot: JournalSnapshot): Promise<void> {
    this.#fence(epoch);
    this.owner.check();
    await this.store.snapshots.put(snapshot);
    await this.addCheckpoint(epoch, snapshot);
  }

  async compact(epoch: number, upTo: number): Promise<ChainHead> {
    this.#fence(epoch);
    const { cut, snapshots } = this.store;
    const limit = Math.min(upTo, coveredUpTo(snapshots.list()));
    for (let base = cut.base(); base.sequence < limit; base = cut.base()) {
      const from = base.sequence + 1;
      const next = Math.min(limit, base.sequence + CUT_RECORDS);
      // The base moves in the commit that drops the records: the chain never lacks its beginning.
      const [link] = this.store.links(next, 1);
      const record = link ? linkRecord(link) : null;
      if (!record || record.sequence !== next) return base;
      const { sequence, hash, epoch: written } = record;
      await this.owner.write(() => {
        this.store.drop(from, next);
        cut.putBase({ sequence, hash, epoch: written });
      });
    }
    return cut.base();
  }

  async base(): Promise<ChainHead> {
    return this.#cut().base();
  }

  async checkpoints(): Promise<readonly ChainPoint[]> {
    return this.#cut().checkpoints();
  }

  async addCheckpoint(epoch: number, point: ChainPoint): Promise<void> {
    this.#fence(epoch);
    await this.owner.write(() => {
      const { cut } = this.store;
      cut.putCheckpoints(withCheckpoint(cut.checkpoints(), point));
    });
  }

  async adopt({ base, checkpoints, snapshots }: AdoptedJournal): Promise<void> {
    this.owner.check();
    this.store.snapshots.clear();
    await this.owner.write(() => {
      const { cut } = this.store;
      this.store.drop(1, this.store.lastSequence());
      this.store.putHead(base);
      cut.putBase(base);
      cut.putCheckpoints(checkpoints);
    });
    for (const snapshot of [...snapshots].reverse()) await this.store.snapshots.put(snapshot);
    this.owner.restart(base);
  }

  #cut(): RecordStore['cut'] {
    if (this.store.readOnly) this.store.refresh();
    return this.store.cut;
  }

  #fence(epoch: number): void {
    const { epoch: seen } = this.owner.head();
    if (epoch < seen) throw new JournalFenced(epoch, seen);
  }
}
