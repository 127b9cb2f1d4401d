import type { Database, RootDatabase } from 'lmdb';
import {
  EMPTY_CHAIN,
  JournalCorrupt,
  JournalTooNew,
  SNAPSHOTS_KEPT,
  type ChainHead,
  type ChainPoint,
  type JournalSnapshot,
} from '@weir/core/ports';
import { handled, sequenceKey, sequenceOf } from './sequence-key';

/** Layout of the environment; raised when a reader of the layout before would misread it. */
const FORMAT_VERSION = 1;
const HASH_CHARACTERS = 64;

/**
 * What the environment holds beside records: `snapshots` by sequence, each its hash, time and text;
 * and in `meta` the format version, the base behind which the records begin, and the checkpoints.
 * Environments of before have none of these and read as format 1, uncut, without snapshots.
 */
export class SnapshotStore {
  readonly #snapshots: Database<string, Buffer> | undefined;

  constructor(
    root: RootDatabase,
    private readonly meta: Database<string, string>,
    private readonly dir: string,
    readOnly: boolean,
  ) {
    this.#snapshots = openSnapshots(root, readOnly);
  }

  /** Throws JournalTooNew. */
  checkFormat(): void {
    const text = this.meta.get('format');
    if (text === undefined || text === String(FORMAT_VERSION)) return;
    throw new JournalTooNew(
      `journal: ${this.dir} is of format ${text}, this version reads up to ${FORMAT_VERSION}; ` +
        'start the version that wrote it, or a newer one',
    );
  }

  putFormat(): void {
    handled(this.meta.put('format', String(FORMAT_VERSION)));
  }

  /** Throws JournalCorrupt when it cannot be read: without it the chain has no beginning. */
  base(): ChainHead {
    const base = this.#json('base') as Partial<ChainHead> | null | undefined;
    if (base === undefined) return EMPTY_CHAIN;
    const { sequence, hash, epoch } = base ?? {};
    if (Number.isInteger(sequence) && typeof hash === 'string' && Number.isInteger(epoch))
      return base as ChainHead;
    throw new JournalCorrupt(0, `journal: ${this.dir}: the place of its cut is damaged`);
  }

  putBase(base: ChainHead): void {
    handled(this.meta.put('base', JSON.stringify(base)));
  }

  checkpoints(): readonly ChainPoint[] {
    const points = this.#json('checkpoints');
    if (points === undefined) return [];
    const sound = (point: Partial<ChainPoint> | null): boolean =>
      Number.isInteger(point?.sequence) && typeof point?.hash === 'string';
    if (Array.isArray(points) && points.every(sound)) return points as ChainPoint[];
    throw new JournalCorrupt(0, `journal: ${this.dir}: the list of its checkpoints is damaged`);
  }

  putCheckpoints(points: readonly ChainPoint[]): void {
    handled(this.meta.put('checkpoints', JSON.stringify(points)));
  }

  /** Newest first. What is stored is not judged here; a damaged one is for the reader to pass over. */
  list(): JournalSnapshot[] {
    const range = this.#snapshots?.getRange({ reverse: true }) ?? [];
    return [...range].map(({ key, value }) => {
      const end = value.indexOf('\n', HASH_CHARACTERS);
      return {
        sequence: sequenceOf(key),
        hash: value.slice(0, HASH_CHARACTERS),
        atMs: Number(value.slice(HASH_CHARACTERS, Math.max(end, HASH_CHARACTERS))),
        text: end < 0 ? '' : value.slice(end + 1),
      };
    });
  }

  /** Within a transaction: adds it and drops all but the newest that are kept. */
  put({ sequence, hash, atMs, text }: JournalSnapshot): void {
    if (!this.#snapshots) return;
    handled(this.#snapshots.put(sequenceKey(sequence), `${hash}${atMs}\n${text}`));
    const keys = [...this.#snapshots.getKeys({ reverse: true })];
    for (const key of keys.slice(SNAPSHOTS_KEPT)) handled(this.#snapshots.remove(key));
  }

  /** Within a transaction. */
  clear(): void {
    for (const key of [...(this.#snapshots?.getKeys() ?? [])])
      handled(this.#snapshots?.remove(key) ?? Promise.resolve(false));
  }

  #json(key: string): unknown {
    const text = this.meta.get(key);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // Reported by the caller, which knows what it is.
      return null;
    }
  }
}

/** Undefined in an environment of before that is open for reading: it cannot be made there. */
function openSnapshots(
  root: RootDatabase,
  readOnly: boolean,
): Database<string, Buffer> | undefined {
  try {
    return root.openDB<string, Buffer>({
      name: 'snapshots',
      encoding: 'string',
      keyEncoding: 'binary',
    });
  } catch (error) {
    if (readOnly && String(error).includes('MDB_NOTFOUND')) return undefined;
    throw error;
  }
}
