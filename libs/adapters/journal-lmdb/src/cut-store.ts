import type { Database } from 'lmdb';
import {
  EMPTY_CHAIN,
  JournalCorrupt,
  JournalTooNew,
  type ChainHead,
  type ChainPoint,
} from '@weir/core/ports';
import { handled } from './sequence-key';

/** Layout of the environment; raised when a reader of the layout before would misread it. */
const FORMAT_VERSION = 1;

/**
 * What the environment holds beside records, in `meta`: the format version, the base behind which
 * the records begin, and the checkpoints. Environments of before have none of these and read as
 * format 1, uncut.
 */
export class CutStore {
  constructor(
    private readonly meta: Database<string, string>,
    private readonly dir: string,
  ) {}

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
