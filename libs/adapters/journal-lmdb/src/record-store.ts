import { open, type Database, type RootDatabase } from 'lmdb';
import { JournalUnavailable, linkRecord, type ChainHead, type ChainLink } from '@weir/core/ports';
import { handled, sequenceKey, sequenceOf } from './sequence-key';
import { CutStore } from './cut-store';
import { SnapshotFiles } from './snapshot-files';

/** Room for the map of the file; it grows on its own, this only saves remapping. */
const MAP_BYTES = 64 * 1024 * 1024;
const HASH_CHARACTERS = 64;

/**
 * The LMDB environment: `records` by sequence, each the hash followed by the hashed text; `meta`
 * with the head, written in the same transaction, and the token of the process that may write; and
 * what CutStore keeps.
 */
export class RecordStore {
  readonly #root: RootDatabase;
  readonly #records: Database<string, Buffer>;
  readonly #meta: Database<string, string>;
  readonly cut: CutStore;
  readonly snapshots: SnapshotFiles;

  constructor(
    readonly dir: string,
    readonly readOnly: boolean,
  ) {
    // Without overlapping sync a commit is visible only once it is on disk, and a failed sync
    // fails the commit; measured, it is also the faster one for a single writer.
    this.#root = open({
      path: dir,
      noSubdir: false,
      readOnly,
      overlappingSync: false,
      mapSize: MAP_BYTES,
      maxDbs: 4,
    });
    try {
      this.#records = this.#root.openDB({
        name: 'records',
        encoding: 'string',
        keyEncoding: 'binary',
      });
      this.#meta = this.#root.openDB({ name: 'meta', encoding: 'string' });
      this.cut = new CutStore(this.#meta, dir);
      this.snapshots = new SnapshotFiles(dir);
    } catch (error) {
      void this.#root.close();
      throw error;
    }
  }

  /** As the last commit left it; null when there is none or it cannot be read. */
  head(): ChainHead | null {
    const text = this.#meta.get('head');
    if (text === undefined) return null;
    try {
      return JSON.parse(text) as ChainHead;
    } catch {
      return null;
    }
  }

  /** Links from a sequence on, in order of the keys, at most `limit`. Throws what LMDB throws. */
  links(from: number, limit: number): ChainLink[] {
    const range = this.#records.getRange({ start: sequenceKey(from), limit });
    return [...range].map(({ key: bytes, value }) => ({
      sequence: sequenceOf(bytes),
      hash: value.slice(0, HASH_CHARACTERS),
      text: value.slice(HASH_CHARACTERS),
    }));
  }

  /** Of the last record, or of the base when no record is behind it. */
  lastSequence(): number {
    for (const bytes of this.#records.getKeys({ reverse: true, limit: 1 }))
      return Math.max(0, sequenceOf(bytes));
    return this.cut.base().sequence;
  }

  /** See the commits of other processes. */
  refresh(): void {
    this.#root.resetReadTxn();
  }

  /** Takes the environment over and marks its format. */
  async own(token: string): Promise<void> {
    await this.#root.transaction(() => {
      handled(this.#meta.put('owner', token));
      this.cut.putFormat();
    });
  }

  /** Resolves when the links are durable. Rejects when they are not, or another process owns it. */
  async commit(token: string, links: readonly ChainLink[], head: ChainHead): Promise<void> {
    await this.write(token, () => {
      for (const link of links)
        handled(this.#records.put(sequenceKey(link.sequence), link.hash + link.text));
      this.putHead(head);
    });
  }

  /** One durable transaction of the owner; rejects like `commit`. */
  async write(token: string, change: () => void): Promise<void> {
    await this.#root.transaction(() => {
      if (this.#meta.get('owner') !== token)
        throw new JournalUnavailable(`journal: another process has taken over ${this.dir}`);
      change();
    });
  }

  /** Within a transaction. */
  putHead(head: ChainHead): void {
    handled(this.#meta.put('head', JSON.stringify(head)));
  }

  /** Within a transaction: removes the records of these sequences. */
  drop(from: number, to: number): void {
    const range = { start: sequenceKey(from), end: sequenceKey(to + 1) };
    for (const key of [...this.#records.getKeys(range)]) handled(this.#records.remove(key));
  }

  /** Removes the last record, which was cut short, and steps the head back. */
  async dropLast(sequence: number): Promise<ChainHead> {
    const [before] = sequence > 1 ? this.links(sequence - 1, 1) : [];
    const record = before ? linkRecord(before) : null;
    const head = record
      ? { sequence: record.sequence, hash: record.hash, epoch: record.epoch }
      : this.cut.base();
    await this.#root.transaction(() => {
      handled(this.#records.remove(sequenceKey(sequence)));
      this.putHead(head);
    });
    return head;
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}
