import type { JournalRecord, RecordBody } from '@weir/core/model';
import {
  chainLinks,
  JournalCorrupt,
  JournalUnavailable,
  linkFollows,
  linkRecord,
  type ChainHead,
  type ChainLink,
  type Journal,
  type JournalVerification,
} from '@weir/core/ports';
import type { Anchor } from './anchor';
import { sha256 } from './digest';
import { diskText } from './disk-text';
import { Followers } from './followers';
import { GroupCommit, type PendingAppend } from './group-commit';
import { LmdbSnapshots } from './lmdb-snapshots';
import type { RecordStore } from './record-store';
import { verifyChain } from './verify-chain';
import type { WriterLock } from './writer-lock';

const PAGE = 256;

export interface LmdbJournalParts {
  readonly store: RecordStore;
  readonly anchor: Anchor;
  /** Null when open for reading only. */
  readonly lock: WriterLock | null;
  readonly head: ChainHead;
  readonly pollMs: number;
}

export class LmdbJournal implements Journal {
  readonly #store: RecordStore;
  readonly #anchor: Anchor;
  readonly #lock: WriterLock | null;
  readonly snapshots: LmdbSnapshots;
  readonly #commits = new GroupCommit((appends) => this.#commit(appends));
  readonly #followers: Followers;
  #head: ChainHead;
  /** Why nothing can be appended any more. */
  #refusal: Error | null = null;
  #closed = false;

  constructor(parts: LmdbJournalParts) {
    this.#store = parts.store;
    this.#anchor = parts.anchor;
    this.#lock = parts.lock;
    this.#head = parts.head;
    if (!parts.lock) this.#refusal = new JournalUnavailable('journal: open for reading only');
    this.snapshots = new LmdbSnapshots(parts.store, {
      head: () => this.#head,
      restart: (head) => (this.#head = head),
      write: (change) => this.#write(change),
      check: () => {
        if (this.#refusal) throw this.#refusal;
      },
    });
    this.#followers = new Followers({
      first: () => this.#store.cut.base().sequence + 1,
      last: () => this.#last(),
      page: (from) => this.#page(from, PAGE),
      pollMs: parts.lock ? null : parts.pollMs,
    });
  }

  append(
    epoch: number,
    atMs: number,
    bodies: readonly RecordBody[],
  ): Promise<readonly JournalRecord[]> {
    if (this.#refusal) return Promise.reject(this.#refusal);
    return this.#commits.append(epoch, atMs, bodies);
  }

  read(fromSequence: number): AsyncIterable<JournalRecord> {
    const last = this.#last();
    return this.#range(Math.max(this.#store.cut.base().sequence + 1, fromSequence), last);
  }

  follow(
    fromSequence: number,
    onRecord: (record: JournalRecord) => void,
    onBehind?: (firstSequence: number) => void,
  ): Promise<() => Promise<void>> {
    return this.#followers.add(Math.max(1, fromSequence), onRecord, onBehind);
  }

  async lastSequence(): Promise<number> {
    return this.#last();
  }

  verify(): Promise<JournalVerification> {
    if (!this.#lock) this.#store.refresh();
    return verifyChain(this.#store, this.#anchor.read());
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#refusal ??= new JournalUnavailable('journal: closed');
    await this.#commits.settled();
    this.#followers.close();
    if (this.#lock) this.#anchor.save();
    await this.#store.close();
    await this.#lock?.release();
  }

  #last(): number {
    if (this.#lock) return this.#head.sequence;
    this.#store.refresh();
    return this.#store.lastSequence();
  }

  /** A failure is told to the caller only: records are another transaction, which fails by itself. */
  async #write(change: () => void): Promise<void> {
    if (this.#refusal) throw this.#refusal;
    try {
      await this.#store.write(this.#lock?.token ?? '', change);
    } catch (error) {
      throw await refusalFrom(error, this.#store.dir);
    }
  }

  async #commit(appends: readonly PendingAppend[]): Promise<void> {
    let head = this.#head;
    const links: ChainLink[] = [];
    const answers: (() => void)[] = [];
    for (const append of appends) {
      try {
        if (this.#refusal && !this.#closed) throw this.#refusal;
        const added = chainLinks(head, append.epoch, append.atMs, append.bodies, sha256);
        const records = added.map(recordOf);
        const last = added.at(-1);
        if (last) head = { sequence: last.sequence, hash: last.hash, epoch: append.epoch };
        links.push(...added);
        answers.push(() => append.resolve(records));
      } catch (error) {
        append.reject(error);
        answers.push(() => undefined);
      }
    }
    try {
      if (links.length > 0) await this.#store.commit(this.#lock?.token ?? '', links, head);
    } catch (error) {
      this.#refusal = await refusalFrom(error, this.#store.dir);
      for (const append of appends) append.reject(this.#refusal);
      return;
    }
    this.#head = head;
    for (const answer of answers) answer();
    if (links.length === 0) return;
    this.#anchor.advance(head);
    this.#followers.wake();
  }

  async *#range(from: number, to: number): AsyncIterable<JournalRecord> {
    for (let next = from; next <= to;) {
      const records = this.#page(next, Math.min(PAGE, to - next + 1));
      if (records.length === 0) throw this.#missing(next);
      yield* records;
      next += records.length;
    }
  }

  /** Records as they are in the store, each checked against the one before. */
  #page(from: number, limit: number): JournalRecord[] {
    if (this.#closed) throw new JournalUnavailable('journal: closed');
    const base = this.#store.cut.base();
    const first = from === base.sequence + 1;
    const links = this.#store.links(first ? from : from - 1, first ? limit : limit + 1);
    let previous = first ? base.hash : links.shift()?.hash;
    return links.map((link, index) => {
      const record = linkRecord(link);
      const sequence = from + index;
      if (link.sequence !== sequence && sequence <= this.#store.cut.base().sequence)
        throw this.#missing(sequence);
      if (link.sequence !== sequence || !linkFollows(previous ?? '', link, sha256) || !record)
        throw new JournalCorrupt(sequence, `journal: record ${sequence} is damaged`);
      previous = link.hash;
      return record;
    });
  }

  /** A reader beside the daemon may find that what it was about to read has been dropped. */
  #missing(sequence: number): Error {
    if (sequence <= this.#store.cut.base().sequence)
      return new JournalUnavailable(
        `journal: record ${sequence} was compacted away while the journal was read; read again`,
      );
    return new JournalCorrupt(sequence, `journal: record ${sequence} is missing`);
  }
}

function recordOf(link: ChainLink): JournalRecord {
  const record = linkRecord(link);
  if (!record) throw new TypeError(`journal: record ${link.sequence} does not survive JSON`);
  return record;
}

/** LMDB reports the cause of a failed commit in a promise of its own. */
async function refusalFrom(error: unknown, dir: string): Promise<JournalUnavailable> {
  if (error instanceof JournalUnavailable) return error;
  let cause = error;
  const { commitError } = error as { commitError?: Promise<unknown> };
  if (commitError)
    cause = await commitError.then(
      () => error,
      (reason: unknown) => reason,
    );
  return new JournalUnavailable(`journal: cannot be written: ${diskText(cause, dir)}`, { cause });
}
