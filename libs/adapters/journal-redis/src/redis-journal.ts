import type { JournalRecord, RecordBody } from '@weir/core/model';
import {
  chainLinks,
  GENESIS_HASH,
  JournalCorrupt,
  JournalFenced,
  JournalUnavailable,
  linkFollows,
  linkRecord,
  type ChainHead,
  type ChainLink,
  type Journal,
  type JournalVerification,
} from '@weir/core/ports';
import { sha256 } from './digest';
import { GroupCommit, type PendingAppend } from './group-commit';
import type { StreamStore } from './stream-store';

const PAGE = 256;

export interface RedisJournalParts {
  readonly store: StreamStore;
  readonly head: ChainHead;
  follow(next: number, onRecord: (record: JournalRecord) => void): { stop(): Promise<void> };
  disconnect(): void;
}

export class RedisJournal implements Journal {
  readonly #store: StreamStore;
  readonly #parts: RedisJournalParts;
  readonly #commits = new GroupCommit((appends) => this.#commit(appends));
  readonly #followers = new Set<{ stop(): Promise<void> }>();
  /** What this process has read or written; an append goes onto exactly this. */
  #head: ChainHead;
  #refusal: Error | null = null;
  #closed = false;

  constructor(parts: RedisJournalParts) {
    this.#parts = parts;
    this.#store = parts.store;
    this.#head = parts.head;
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
    const end = this.lastSequence();
    // Reported by the iteration; without one nobody asked.
    end.catch(() => undefined);
    return this.#range(Math.max(1, fromSequence), end);
  }

  async follow(
    fromSequence: number,
    onRecord: (record: JournalRecord) => void,
  ): Promise<() => Promise<void>> {
    const follower = this.#parts.follow(Math.max(1, fromSequence), onRecord);
    this.#followers.add(follower);
    return async () => {
      this.#followers.delete(follower);
      await follower.stop();
    };
  }

  lastSequence(): Promise<number> {
    return this.#store.lastSequence();
  }

  async verify(): Promise<JournalVerification> {
    const last = await this.lastSequence();
    let head = GENESIS_HASH;
    let records = 0;
    const broken = (detail: string): JournalVerification => {
      return { records, chain: 'broken', brokenAt: records + 1, head, detail };
    };
    while (records < last) {
      const links = await this.#store.links(records + 1, Math.min(PAGE, last - records));
      if (links.length === 0) return broken('the record is missing');
      for (const link of links) {
        if (link.sequence !== records + 1) return broken('the record is missing');
        if (!linkFollows(head, link, sha256) || !linkRecord(link))
          return broken('the record does not follow from the one before it');
        head = link.hash;
        records++;
      }
    }
    return { records, chain: 'ok', brokenAt: null, head, detail: `${records} records` };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#refusal ??= new JournalUnavailable('journal: closed');
    await this.#commits.settled();
    await Promise.all([...this.#followers].map((follower) => follower.stop()));
    this.#parts.disconnect();
  }

  async #commit(appends: readonly PendingAppend[]): Promise<void> {
    const before = this.#head;
    let head = before;
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
      }
    }
    try {
      if (links.length > 0) await this.#store.append(before, links, head);
    } catch (error) {
      this.#fail(error as Error, appends);
      return;
    }
    this.#head = head;
    for (const answer of answers) answer();
  }

  /** A leader that is fenced stays fenced; after any other failure the outcome is not known. */
  #fail(error: Error, appends: readonly PendingAppend[]): void {
    this.#refusal = error;
    // What is still unsent must not be written later, behind the back of the next leader.
    if (!(error instanceof JournalFenced) && !this.#closed) this.#parts.disconnect();
    for (const append of appends) append.reject(error);
  }

  async *#range(from: number, end: Promise<number>): AsyncIterable<JournalRecord> {
    const to = await end;
    let previous = from > 1 ? (await this.#store.links(from - 1, 1))[0]?.hash : GENESIS_HASH;
    for (let next = from; next <= to;) {
      const links = await this.#store.links(next, Math.min(PAGE, to - next + 1));
      if (links.length === 0) throw damaged(next);
      for (const link of links) {
        const record = linkRecord(link);
        const follows = linkFollows(previous ?? '', link, sha256);
        if (link.sequence !== next || !follows || !record) throw damaged(next);
        previous = link.hash;
        next++;
        this.#seen(record);
        yield record;
      }
    }
  }

  #seen(record: JournalRecord): void {
    if (record.sequence !== this.#head.sequence + 1) return;
    this.#head = { sequence: record.sequence, hash: record.hash, epoch: record.epoch };
  }
}

const damaged = (sequence: number): JournalCorrupt =>
  new JournalCorrupt(sequence, `journal: record ${sequence} of the stream is missing or damaged`);

function recordOf(link: ChainLink): JournalRecord {
  const record = linkRecord(link);
  if (!record) throw new TypeError(`journal: record ${link.sequence} does not survive JSON`);
  return record;
}
