import type { Redis } from 'ioredis';
import type { JournalRecord } from '@weir/core/model';
import { linkRecord } from '@weir/core/ports';
import { linkOf, type StreamEntry } from './stream-link';

const BLOCK_MS = 2_000;
const SILENCE_MS = 5_000;
const RETRY_MS = 100;
const PAGE = 256;

/** One element per stream: its key and its entries. */
type StreamAnswer = [key: string, entries: [id: string, fields: string[]][]][] | null;

export type Warn = (message: string, fields: Record<string, unknown>) => void;

/**
 * Reads the stream from a sequence on, for as long as it takes, on a connection of its own because
 * a blocked connection can do nothing else. After an error or a restart of Redis it goes on where
 * it was. It never skips: a gap is reported and waited out.
 */
export class StreamFollower {
  #stopped = false;
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
    private next: number,
    private readonly onRecord: (record: JournalRecord) => void,
    private readonly warn: Warn,
  ) {
    this.#ended = this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#delay?.wake();
    this.redis.disconnect();
    this.#interrupt();
    await this.#ended;
  }

  async #loop(): Promise<void> {
    let troubled = false;
    while (!this.#stopped) {
      try {
        const entries = await this.#poll();
        if (entries.every((entry) => this.#deliver(entry))) {
          troubled = false;
          continue;
        }
        if (!troubled) this.warn('journal: the stream has a gap', { next: this.next });
      } catch (error) {
        // A stop ends the blocked read with an error of its own.
        if (this.#stopped) return;
        const fields = { error: String(error), next: this.next };
        if (!troubled) this.warn('journal: following the stream is interrupted', fields);
      }
      troubled = true;
      await this.#pause();
    }
  }

  async #poll(): Promise<readonly StreamEntry[]> {
    const reading = this.redis.xread(
      'COUNT',
      PAGE,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      this.key,
      `${this.next - 1}-0`,
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
    const record = link.sequence === this.next ? linkRecord(link) : null;
    if (!record) return false;
    this.next++;
    this.onRecord(record);
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
