import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { JournalRecord } from '@weir/core/model';
import { linkRecord } from '@weir/core/ports';
import { keysOf } from './kept-state';
import { READER_SCRIPT } from './snapshot-scripts';
import { linkOf, type StreamEntry } from './stream-link';

const BLOCK_MS = 2_000;
const SILENCE_MS = 5_000;
const RETRY_MS = 100;
/** Well within the time after which a silent reader is taken for gone. */
const ANNOUNCE_MS = 10_000;
const PAGE = 256;

/** One element per stream: its key and its entries. */
type StreamAnswer = [key: string, entries: [id: string, fields: string[]][]][] | null;

export interface FollowTask {
  /** First sequence wanted. */
  readonly next: number;
  readonly onRecord: (record: JournalRecord) => void;
  readonly onBehind: ((firstSequence: number) => void) | undefined;
  readonly warn: Warn;
  /** This reader is gone and needs no records any more; on another connection, this one is blocked. */
  forget(name: string): void;
}

export type Warn = (message: string, fields: Record<string, unknown>) => void;

/**
 * Reads the stream from a sequence on, for as long as it takes, on a connection of its own because
 * a blocked connection can do nothing else. After an error or a restart of Redis it goes on where
 * it was. It never skips: a gap is reported and waited out.
 */
export class StreamFollower {
  #stopped = false;
  #next: number;
  /** Under which the records that this reader still needs are kept. */
  readonly #name = randomUUID();
  #checked = false;
  #announcedAt = Number.NEGATIVE_INFINITY;
  #interrupt: () => void = () => undefined;
  /** A client that is not connected keeps the blocked read pending even when it is dropped. */
  readonly #interrupted = new Promise<null>((resolve) => {
    this.#interrupt = () => resolve(null);
  });
  #delay: { timer: NodeJS.Timeout; wake: () => void } | null = null;
  readonly #ended: Promise<void>;

  constructor(
    private readonly redis: Redis,
    private readonly key: string,
    private readonly task: FollowTask,
  ) {
    this.#next = task.next;
    this.#ended = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#delay?.wake();
    this.task.forget(this.#name);
    this.redis.disconnect();
    this.#interrupt();
    await this.#ended;
  }

  async #loop(): Promise<void> {
    let troubled = false;
    while (!this.#stopped) {
      try {
        await this.#announce();
        if (await this.#isBehind()) return;
        const entries = await this.#poll();
        if (entries.every((entry) => this.#deliver(entry))) {
          troubled = false;
          continue;
        }
        if (!troubled) this.task.warn('journal: the stream has a gap', { next: this.#next });
      } catch (error) {
        // A stop ends the blocked read with an error of its own.
        if (this.#stopped) return;
        const fields = { error: String(error), next: this.#next };
        if (!troubled) this.task.warn('journal: following the stream is interrupted', fields);
      }
      troubled = true;
      this.#checked = false;
      await this.#pause();
    }
  }

  /** Lets the writer know what this reader has, so that no record is dropped that it still needs. */
  async #announce(): Promise<void> {
    const now = performance.now();
    if (now - this.#announcedAt < ANNOUNCE_MS) return;
    const { readers } = keysOf(this.key);
    await this.#orStop(this.redis.eval(READER_SCRIPT, 1, readers, this.#name, this.#next - 1));
    this.#announcedAt = now;
    this.#checked = false;
  }

  /** After a silence or a gap: whether what comes next was dropped. Tells so, and is over then. */
  async #isBehind(): Promise<boolean> {
    if (this.#checked) return false;
    const base = await this.#orStop(this.redis.hget(keysOf(this.key).base, 'sequence'));
    if (this.#stopped) return true;
    this.#checked = true;
    const first = Number(base ?? 0) + 1;
    if (this.#next >= first) return false;
    this.task.warn('journal: a reader is behind the cut and begins anew', {
      next: this.#next,
      first,
    });
    this.task.onBehind?.(first);
    return true;
  }

  /** A stop must not wait for a server that does not answer. */
  #orStop<T>(answer: Promise<T>): Promise<T | null> {
    answer.catch(() => undefined);
    return Promise.race([answer, this.#interrupted]);
  }

  async #poll(): Promise<readonly StreamEntry[]> {
    const reading = this.redis.xread(
      'COUNT',
      PAGE,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      this.key,
      `${this.#next - 1}-0`,
    );
    // Rejections after an interruption have nobody to report to.
    reading.catch(() => undefined);
    // A server that vanished without a word is noticed by the silence after a blocked read.
    const silence = setTimeout(() => this.redis.disconnect(true), BLOCK_MS + SILENCE_MS);
    try {
      const answer: StreamAnswer = await Promise.race([reading, this.#interrupted]);
      return answer?.[0]?.[1] ?? [];
    } finally {
      clearTimeout(silence);
    }
  }

  #deliver(entry: StreamEntry): boolean {
    if (this.#stopped) return true;
    const link = linkOf(entry);
    const record = link.sequence === this.#next ? linkRecord(link) : null;
    if (!record) return false;
    this.#next++;
    this.task.onRecord(record);
    return true;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        if (this.#delay) clearTimeout(this.#delay.timer);
        this.#delay = null;
        resolve();
      };
      this.#delay = { timer: setTimeout(wake, RETRY_MS), wake };
    });
  }
}
