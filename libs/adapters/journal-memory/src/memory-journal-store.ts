import { createHash } from 'node:crypto';
import type { JournalRecord, RecordBody } from '@weir/core/model';
import { canonicalJson, chainText, GENESIS_HASH, JournalFenced } from '@weir/core/ports';

type Listener = () => void;

/** The records themselves, shared by the journals opened on them. */
export class MemoryJournalStore {
  /** Records as text, so that nobody can change them by reference. */
  readonly #texts: string[] = [];
  readonly #listeners = new Set<Listener>();
  #head = GENESIS_HASH;
  #epoch = 0;

  get length(): number {
    return this.#texts.length;
  }

  /** Throws JournalFenced on an old epoch and TypeError on what JSON cannot carry; all or none. */
  append(epoch: number, atMs: number, bodies: readonly RecordBody[]): JournalRecord[] {
    if (epoch < this.#epoch) throw new JournalFenced(epoch, this.#epoch);
    let previous = this.#head;
    const texts = bodies.map((body, index) => {
      const record = { sequence: this.#texts.length + 1 + index, atMs, epoch, body };
      const hash = createHash('sha256').update(chainText(previous, record)).digest('hex');
      previous = hash;
      return canonicalJson({ ...record, hash });
    });
    if (texts.length === 0) return [];
    this.#texts.push(...texts);
    this.#head = previous;
    this.#epoch = epoch;
    for (const listener of this.#listeners) listener();
    return texts.map((text) => JSON.parse(text) as JournalRecord);
  }

  at(sequence: number): JournalRecord | null {
    const text = this.#texts[sequence - 1];
    return text === undefined ? null : (JSON.parse(text) as JournalRecord);
  }

  /** Writes over a record without repairing the chain, as damage would; for tests. */
  damage(record: JournalRecord): void {
    this.#texts[record.sequence - 1] = canonicalJson(record);
  }

  onAppend(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
