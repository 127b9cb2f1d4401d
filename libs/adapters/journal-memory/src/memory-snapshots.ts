import {
  coveredUpTo,
  JournalFenced,
  SNAPSHOTS_KEPT,
  withCheckpoint,
  type AdoptedJournal,
  type ChainHead,
  type ChainPoint,
  type JournalSnapshot,
  type JournalSnapshots,
} from '@weir/core/ports';
import type { MemoryJournalStore } from './memory-journal-store';

export class MemorySnapshots implements JournalSnapshots {
  readonly #store: MemoryJournalStore;

  constructor(store: MemoryJournalStore) {
    this.#store = store;
  }

  async list(): Promise<readonly JournalSnapshot[]> {
    return this.#store.snapshots;
  }

  async save(epoch: number, { sequence, hash, atMs, text }: JournalSnapshot): Promise<void> {
    this.#fence(epoch);
    const store = this.#store;
    const others = store.snapshots.filter((one) => one.sequence < sequence);
    store.snapshots = [{ sequence, hash, atMs, text }, ...others].slice(0, SNAPSHOTS_KEPT);
    store.checkpoints = withCheckpoint(store.checkpoints, { sequence, hash });
  }

  async compact(epoch: number, upTo: number): Promise<ChainHead> {
    this.#fence(epoch);
    const store = this.#store;
    const last = store.at(Math.min(upTo, coveredUpTo(store.snapshots)));
    if (last) store.cut({ sequence: last.sequence, hash: last.hash, epoch: last.epoch });
    return store.base;
  }

  async base(): Promise<ChainHead> {
    return this.#store.base;
  }

  async checkpoints(): Promise<readonly ChainPoint[]> {
    return this.#store.checkpoints;
  }

  async addCheckpoint(epoch: number, point: ChainPoint): Promise<void> {
    this.#fence(epoch);
    this.#store.checkpoints = withCheckpoint(this.#store.checkpoints, point);
  }

  async adopt({ base, checkpoints, snapshots }: AdoptedJournal): Promise<void> {
    this.#store.beginAt(base);
    this.#store.checkpoints = checkpoints;
    this.#store.snapshots = snapshots;
  }

  #fence(epoch: number): void {
    if (epoch < this.#store.epoch) throw new JournalFenced(epoch, this.#store.epoch);
  }
}
