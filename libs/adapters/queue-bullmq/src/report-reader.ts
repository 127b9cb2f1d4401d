import type { Redis } from 'ioredis';
import type { OperationReport } from '@weir/core/model';
import { reportFromJson } from './report-json';
import { ADVANCE } from './scripts';

const BLOCK_MS = 2_000;
const SILENCE_MS = 5_000;
const RETRY_MS = 100;
const START_OF_STREAM = '0-0';

/** One element per stream: its key and its entries, each an id and a flat list of fields. */
type StreamAnswer = [key: string, entries: [id: string, fields: string[]][]][] | null;

/**
 * Reads reports from where the last reader stopped. The newest reader owns the mark: an engine
 * that was replaced cannot move it past reports that its successor has not seen.
 */
export class ReportReader {
  #stopped = false;
  #cursor = START_OF_STREAM;
  #number = 0;
  #ended: Promise<void> = Promise.resolve();
  #interrupt: () => void = () => undefined;
  /** A client that is not connected keeps the blocked read pending even when it is dropped. */
  readonly #interrupted = new Promise<null>((resolve) => {
    this.#interrupt = () => resolve(null);
  });

  constructor(
    private readonly redis: Redis,
    private readonly blocking: Redis,
    private readonly key: string,
    private readonly onReport: (report: OperationReport) => void,
  ) {}

  async start(): Promise<void> {
    this.#number = await this.redis.incr(`${this.key}:reader`);
    this.#cursor = (await this.redis.get(`${this.key}:cursor`)) ?? START_OF_STREAM;
    this.#ended = this.#loop();
  }

  /** After Redis lost its data: entries there now are all new. */
  rewind(): void {
    this.#cursor = START_OF_STREAM;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.blocking.disconnect();
    this.#interrupt();
    await this.#ended;
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#readOnce();
      } catch {
        // Redis is away or we are stopped; the mark stays, so nothing is missed.
        if (!this.#stopped) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #readOnce(): Promise<void> {
    const from = this.#cursor;
    const reading = this.blocking.xread('BLOCK', BLOCK_MS, 'STREAMS', this.key, from);
    // Rejections after an interruption have nobody to report to.
    reading.catch(() => undefined);
    // A server that vanished without a word is noticed by the silence after a blocked read.
    const silence = setTimeout(() => this.blocking.disconnect(true), BLOCK_MS + SILENCE_MS);
    const answer: StreamAnswer = await Promise.race([reading, this.#interrupted]).finally(() =>
      clearTimeout(silence),
    );
    const entries = answer?.[0]?.[1] ?? [];
    const last = entries.at(-1)?.[0];
    if (this.#stopped || last === undefined || this.#cursor !== from) return;
    for (const [, fields] of entries) this.onReport(reportFromJson(fields[1] ?? '{}'));
    this.#cursor = last;
    const keys = [`${this.key}:reader`, `${this.key}:cursor`] as const;
    await this.redis.eval(ADVANCE, 2, ...keys, String(this.#number), last);
  }
}
