import type { JournalRecord, RecordBody } from '@weir/core/model';
import {
  canonicalJson,
  chainLinks,
  EMPTY_CHAIN,
  linkRecord,
  type ChainHead,
  type ChainLink,
  type ChainPoint,
  type JournalSnapshot,
} from '@weir/core/ports';
import { sha256 } from './digest';

type Listener = () => void;

/** The records themselves, shared by the journals opened on them. */
export class MemoryJournalStore {
  /** What the first link follows from: the head behind the last record that was dropped. */
  base: ChainHead = EMPTY_CHAIN;
  /** Newest first. */
  snapshots: readonly JournalSnapshot[] = [];
  checkpoints: readonly ChainPoint[] = [];
  /** Records as text, so that nobody can change them by reference. */
  #links: ChainLink[] = [];
  readonly #listeners = new Set<Listener>();
  #head: ChainHead = EMPTY_CHAIN;

  /** Sequence of the last record. */
  get length(): number {
    return this.#head.sequence;
  }

  get epoch(): number {
    return this.#head.epoch;
  }

  /** Throws JournalFenced on an old epoch and TypeError on what JSON cannot carry; all or none. */
  append(epoch: number, atMs: number, bodies: readonly RecordBody[]): JournalRecord[] {
    const links = chainLinks(this.#head, epoch, atMs, bodies, sha256);
    const last = links.at(-1);
    if (last === undefined) return [];
    for (const link of links) this.#links.push(link);
    this.#head = { sequence: last.sequence, hash: last.hash, epoch };
    for (const listener of this.#listeners) listener();
    return links.map((link) => appendedRecord(link, epoch, atMs));
  }

  at(sequence: number): JournalRecord | null {
    const link = this.link(sequence);
    return link === undefined ? null : linkRecord(link);
  }

  link(sequence: number): ChainLink | undefined {
    return this.#links[sequence - this.base.sequence - 1];
  }

  /** Drops the records up to `base`, which is one of them. */
  cut(base: ChainHead): void {
    this.#links = this.#links.slice(base.sequence - this.base.sequence);
    this.base = base;
  }

  /** Drops everything and begins behind `base`. */
  beginAt(base: ChainHead): void {
    this.#links = [];
    this.base = base;
    this.#head = base;
  }

  /** Writes over a record without repairing the chain, as damage would; for tests. */
  damage({ sequence, atMs, epoch, body, hash }: JournalRecord): void {
    const text = canonicalJson([sequence, atMs, epoch, body]);
    this.#links[sequence - this.base.sequence - 1] = { sequence, text, hash };
  }

  onAppend(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/**
 * A record as the caller of `append` gets it: of its own, like one that was read. Most callers look
 * at nothing but the hash, so the body is parsed when it is asked for.
 */
function appendedRecord(link: ChainLink, epoch: number, atMs: number): JournalRecord {
  const { sequence, hash } = link;
  let body: RecordBody | undefined;
  const record = { sequence, atMs, epoch, hash };
  return Object.defineProperty(record, 'body', {
    enumerable: true,
    get: () => (body ??= linkRecord(link)?.body),
  }) as unknown as JournalRecord;
}
