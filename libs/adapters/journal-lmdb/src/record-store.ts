import { open, type Database, type RootDatabase } from 'lmdb';
import {
  EMPTY_CHAIN,
  JournalUnavailable,
  linkRecord,
  type ChainHead,
  type ChainLink,
} from '@weir/core/ports';

/** Room for the map of the file; it grows on its own, this only saves remapping. */
const MAP_BYTES = 64 * 1024 * 1024;
const KEY_BYTES = 6;
const HASH_CHARACTERS = 64;

/**
 * The LMDB environment: `records` by sequence (48 bits, big-endian), each the hash followed by
 * the hashed text; `meta` with the head, written in the same transaction, and the token of the
 * process that may write.
 */
export class RecordStore {
  readonly #root: RootDatabase;
  readonly #records: Database<string, Buffer>;
  readonly #meta: Database<string, string>;

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
    const range = this.#records.getRange({ start: key(from), limit });
    return [...range].map(({ key: bytes, value }) => ({
      sequence: bytes.length === KEY_BYTES ? bytes.readUIntBE(0, KEY_BYTES) : -1,
      hash: value.slice(0, HASH_CHARACTERS),
      text: value.slice(HASH_CHARACTERS),
    }));
  }

  lastSequence(): number {
    for (const bytes of this.#records.getKeys({ reverse: true, limit: 1 }))
      return bytes.length === KEY_BYTES ? bytes.readUIntBE(0, KEY_BYTES) : 0;
    return 0;
  }

  /** What LMDB counts, to compare with the sequence: a lost branch of its tree loses records. */
  count(): number {
    const { entryCount } = this.#records.getStats() as { entryCount: number };
    return entryCount;
  }

  /** See the commits of other processes. */
  refresh(): void {
    this.#root.resetReadTxn();
  }

  async own(token: string): Promise<void> {
    await this.#root.transaction(() => handled(this.#meta.put('owner', token)));
  }

  /** Resolves when the links are durable. Rejects when they are not, or another process owns it. */
  async commit(token: string, links: readonly ChainLink[], head: ChainHead): Promise<void> {
    const text = JSON.stringify(head);
    await this.#root.transaction(() => {
      if (this.#meta.get('owner') !== token)
        throw new JournalUnavailable(`journal: another process has taken over ${this.dir}`);
      for (const link of links)
        handled(this.#records.put(key(link.sequence), link.hash + link.text));
      handled(this.#meta.put('head', text));
    });
  }

  /** Removes the last record, which was cut short, and steps the head back. */
  async dropLast(sequence: number): Promise<ChainHead> {
    const [before] = sequence > 1 ? this.links(sequence - 1, 1) : [];
    const record = before ? linkRecord(before) : null;
    const head = record
      ? { sequence: record.sequence, hash: record.hash, epoch: record.epoch }
      : EMPTY_CHAIN;
    await this.#root.transaction(() => {
      handled(this.#records.remove(key(sequence)));
      handled(this.#meta.put('head', JSON.stringify(head)));
    });
    return head;
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}

function key(sequence: number): Buffer {
  const bytes = Buffer.alloc(KEY_BYTES);
  bytes.writeUIntBE(Math.max(0, sequence), 0, KEY_BYTES);
  return bytes;
}

/** Writes inside a transaction answer for themselves too; the transaction reports the failure. */
function handled(written: Promise<boolean>): void {
  written.catch(() => undefined);
}
