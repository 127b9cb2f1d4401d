import type { Redis } from 'ioredis';
import {
  EMPTY_CHAIN,
  JournalCorrupt,
  JournalTooNew,
  type ChainHead,
  type ChainPoint,
  type JournalSnapshot,
} from '@weir/core/ports';
import { SLOWEST_SCRIPT } from './snapshot-scripts';

/** Layout of the keys; raised when a reader of the layout before would misread it. */
const FORMAT_VERSION = '1';
const HASH_CHARACTERS = 64;

/** Names of the keys beside the stream. */
export const keysOf = (stream: string) => ({
  base: `${stream}:base`,
  snapshots: `${stream}:snapshots`,
  checkpoints: `${stream}:checkpoints`,
  readers: `${stream}:readers`,
  format: `${stream}:format`,
  touch: `${stream}:touch`,
});

/** What Redis holds beside the stream. `run` turns every failure into JournalUnavailable. */
export class KeptState {
  readonly keys: ReturnType<typeof keysOf>;

  constructor(
    private readonly redis: Redis,
    private readonly stream: string,
    private readonly run: <T>(command: () => Promise<T>) => Promise<T>,
  ) {
    this.keys = keysOf(stream);
  }

  /** Rejects with JournalTooNew; marks a store that has no mark yet. */
  async checkFormat(): Promise<void> {
    await this.run(() => this.redis.setnx(this.keys.format, FORMAT_VERSION));
    const format = await this.run(() => this.redis.get(this.keys.format));
    if (format === null || format === FORMAT_VERSION) return;
    throw new JournalTooNew(
      `journal: stream ${this.stream} is of format ${format}, this version reads up to ` +
        `${FORMAT_VERSION}; start the version that wrote it, or a newer one`,
    );
  }

  async base(): Promise<ChainHead> {
    const base = await this.run(() => this.redis.hgetall(this.keys.base));
    const { sequence, hash, epoch } = base;
    if (sequence === undefined) return EMPTY_CHAIN;
    if (hash?.length === HASH_CHARACTERS && /^\d+$/.test(sequence) && /^\d+$/.test(epoch ?? ''))
      return { sequence: Number(sequence), hash, epoch: Number(epoch) };
    throw new JournalCorrupt(0, `journal: ${this.keys.base}: the place of the cut is damaged`);
  }

  async checkpoints(): Promise<readonly ChainPoint[]> {
    const text = await this.run(() => this.redis.get(this.keys.checkpoints));
    if (text === null) return [];
    const points = parsed(text);
    const sound = (point: Partial<ChainPoint> | null): boolean =>
      Number.isInteger(point?.sequence) && typeof point?.hash === 'string';
    if (Array.isArray(points) && points.every(sound)) return points as ChainPoint[];
    throw new JournalCorrupt(0, `journal: ${this.keys.checkpoints}: the list is damaged`);
  }

  /** Newest first, as stored; whoever restores one judges it. */
  async snapshots(): Promise<JournalSnapshot[]> {
    const stored = await this.run(() => this.redis.hgetall(this.keys.snapshots));
    const snapshots = Object.entries(stored).map(([sequence, value]) => {
      const end = value.indexOf('\n', HASH_CHARACTERS);
      return {
        sequence: Number(sequence),
        hash: value.slice(0, HASH_CHARACTERS),
        atMs: Number(value.slice(HASH_CHARACTERS, Math.max(end, HASH_CHARACTERS))),
        text: end < 0 ? '' : value.slice(end + 1),
      };
    });
    return snapshots.sort((a, b) => b.sequence - a.sequence);
  }

  /** Last sequence that every reader has; -1 without readers. */
  async slowestReader(): Promise<number> {
    return Number(await this.run(() => this.redis.eval(SLOWEST_SCRIPT, 1, this.keys.readers)));
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller names what is damaged.
    return null;
  }
}
