import { createHash } from 'node:crypto';
import type { JournalRecord, RecordBody } from '@weir/core/model';
import {
  chainText,
  GENESIS_HASH,
  JournalUnavailable,
  type Journal,
  type JournalVerification,
} from '@weir/core/ports';
import { MemoryJournalStore } from './memory-journal-store';

export class MemoryJournal implements Journal {
  readonly #store: MemoryJournalStore;
  #closed = false;

  constructor(store = new MemoryJournalStore()) {
    this.#store = store;
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
  ): Promise<() => Promise<void>> {
    let next = Math.max(1, fromSequence);
    const deliver = (): void => {
      for (let record = this.#store.at(next); record; record = this.#store.at(next)) {
        next++;
        onRecord(record);
      }
    };
    deliver();
    const unsubscribe = this.#store.onAppend(deliver);
    return async () => unsubscribe();
  }

  async lastSequence(): Promise<number> {
    return this.#store.length;
  }

  async verify(): Promise<JournalVerification> {
    let head = GENESIS_HASH;
    for (let sequence = 1; sequence <= this.#store.length; sequence++) {
      const record = this.#store.at(sequence);
      const hash = record && createHash('sha256').update(chainText(head, record)).digest('hex');
      if (!record || record.sequence !== sequence || hash !== record.hash) {
        const detail = `record ${sequence} does not follow from the one before it`;
        return { records: this.#store.length, chain: 'broken', brokenAt: sequence, head, detail };
      }
      head = record.hash;
    }
    const detail = `${this.#store.length} records`;
    return { records: this.#store.length, chain: 'ok', brokenAt: null, head, detail };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
