import type { JournalRecord, RecordBody } from '@weir/core/model';
import {
  chainLinks,
  ChainWitness,
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
import { RedisSnapshots } from './redis-snapshots';
import type { StreamStore } from './stream-store';

const PAGE = 256;

export interface RedisJournalParts {
  readonly store: StreamStore;
  readonly head: ChainHead;
  follow(
    next: number,
    onRecord: (record: JournalRecord) => void,
    onBehind?: (firstSequence: number) => void,
  ): { stop(): Promise<void> };
  disconnect(): void;
}

export class RedisJournal implements Journal {
  readonly snapshots: RedisSnapshots;
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
    this.snapshots = new RedisSnapshots(parts.store, {
      head: () => this.#head,
      restart: (head) => (this.#head = head),
      check: () => {
        if (this.#refusal) throw this.#refusal;
      },
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
    const end = this.lastSequence();
    // Reported by the iteration; without one nobody asked.
    end.catch(() => undefined);
    return this.#range(Math.max(1, fromSequence), end);
  }

  async follow(
    fromSequence: number,
    onRecord: (record: JournalRecord) => void,
    onBehind?: (firstSequence: number) => void,
  ): Promise<() => Promise<void>> {
    const follower = this.#parts.follow(Math.max(1, fromSequence), onRecord, onBehind);
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
    const base = await this.snapshots.base();
    const kept = await Promise.all([this.snapshots.list(), this.snapshots.checkpoints()]);
    const witness = new ChainWitness(...kept);
    const firstSequence = base.sequence + 1;
    let head = base.hash;
    let records = base.sequence;
    const broken = (detail: string): JournalVerification => {
      return { records, chain: 'broken', brokenAt: records + 1, head, detail, firstSequence };
    };
    while (records < last) {
      const links = await this.#store.links(records + 1, Math.min(PAGE, last - records));
      if (links.length === 0) return broken('the record is missing');
      for (const link of links) {
        if (link.sequence !== records + 1) return broken('the record is missing');
        const record = linkFollows(head, link, sha256) ? linkRecord(link) : null;
        if (!record) return broken('the record does not follow from the one before it');
        const contradiction = witness.see(record);
        if (contradiction !== null) return broken(contradiction);
        head = link.hash;
        records++;
      }
    }
    const snapshots = witness.findings(sha256);
    const detail = `${records} records`;
    return { records, chain: 'ok', brokenAt: null, head, detail, firstSequence, snapshots };
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
    const base = await this.snapshots.base();
    const first = Math.max(from, base.sequence + 1);
    const before = first - 1 > base.sequence ? await this.#store.links(first - 1, 1) : [base];
    let previous = before[0]?.hash;
    for (let next = first; next <= to;) {
      const links = await this.#store.links(next, Math.min(PAGE, to - next + 1));
      if (links[0]?.sequence !== next) throw await this.#missing(next);
      for (const link of links) {
        const record = linkRecord(link);
        const follows = linkFollows(previous ?? '', link, sha256);
        if (link.sequence !== next || !follows || !record) throw damaged(this.#store.key, next);
        previous = link.hash;
        next++;
        this.#seen(record);
        yield record;
      }
    }
  }

  async #missing(sequence: number): Promise<Error> {
    if (sequence > (await this.snapshots.base()).sequence)
      return damaged(this.#store.key, sequence);
    return new JournalUnavailable(
      `journal: record ${sequence} was compacted away while the journal was read; read again`,
    );
  }

  #seen(record: JournalRecord): void {
    if (record.sequence !== this.#head.sequence + 1) return;
    this.#head = { sequence: record.sequence, hash: record.hash, epoch: record.epoch };
  }
}

const damaged = (key: string, sequence: number): JournalCorrupt =>
  new JournalCorrupt(
    sequence,
    `journal: record ${sequence} (entry ${sequence}-0 of the stream ${key}) is missing or damaged; ` +
      "move the stream away (RENAME), and it is filled from the engine's own disk at the next start",
  );

function recordOf(link: ChainLink): JournalRecord {
  const record = linkRecord(link);
  if (!record) throw new TypeError(`journal: record ${link.sequence} does not survive JSON`);
  return record;
}
