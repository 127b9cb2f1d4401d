import type { JournalRecord, RecordBody } from '@weir/core/model';
import {
  ChainWitness,
  JournalUnavailable,
  linkFollows,
  linkRecord,
  type Journal,
  type JournalVerification,
} from '@weir/core/ports';
import { sha256 } from './digest';
import { MemoryJournalStore } from './memory-journal-store';
import { MemorySnapshots } from './memory-snapshots';

export class MemoryJournal implements Journal {
  readonly snapshots: MemorySnapshots;
  readonly #store: MemoryJournalStore;
  #closed = false;

  constructor(store = new MemoryJournalStore()) {
    this.#store = store;
    this.snapshots = new MemorySnapshots(store);
  }

  async append(
    epoch: number,
    atMs: number,
    bodies: readonly RecordBody[],
  ): Promise<readonly JournalRecord[]> {
    if (this.#closed) throw new JournalUnavailable('journal: closed');
    return this.#store.append(epoch, atMs, bodies);
  }

  read(fromSequence: number): AsyncIterable<JournalRecord> {
    return this.#range(fromSequence, this.#store.length);
  }

  async *#range(from: number, to: number): AsyncIterable<JournalRecord> {
    for (let sequence = Math.max(1, from); sequence <= to; sequence++) {
      const record = this.#store.at(sequence);
      if (record) yield record;
    }
  }

  async follow(
    fromSequence: number,
    onRecord: (record: JournalRecord) => void,
    onBehind?: (firstSequence: number) => void,
  ): Promise<() => Promise<void>> {
    let next = Math.max(1, fromSequence);
    let unsubscribe: (() => void) | null = null;
    let behind = false;
    const deliver = (): void => {
      if (behind) return;
      const first = this.#store.base.sequence + 1;
      if (next < first) {
        behind = true;
        unsubscribe?.();
        onBehind?.(first);
        return;
      }
      for (let record = this.#store.at(next); record; record = this.#store.at(next)) {
        next++;
        onRecord(record);
      }
    };
    deliver();
    unsubscribe = this.#store.onAppend(deliver);
    return async () => unsubscribe();
  }

  async lastSequence(): Promise<number> {
    return this.#store.length;
  }

  async verify(): Promise<JournalVerification> {
    const { base, snapshots, checkpoints, length } = this.#store;
    const witness = new ChainWitness(snapshots, checkpoints);
    const firstSequence = base.sequence + 1;
    let head = base.hash;
    for (let sequence = firstSequence; sequence <= length; sequence++) {
      const link = this.#store.link(sequence);
      const record = link && linkFollows(head, link, sha256) ? linkRecord(link) : null;
      const detail = record
        ? witness.see(record)
        : `record ${sequence} does not follow from the one before it`;
      if (detail !== null)
        return { records: sequence - 1, chain: 'broken', brokenAt: sequence, head, detail };
      head = link?.hash ?? head;
    }
    const findings = witness.findings(sha256);
    const detail = `${length} records`;
    const rest = { head, detail, firstSequence, snapshots: findings };
    return { records: length, chain: 'ok', brokenAt: null, ...rest };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
