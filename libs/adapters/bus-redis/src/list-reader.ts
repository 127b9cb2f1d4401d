import type { Redis } from 'ioredis';
import { connection } from './connection';

const BLOCK_SECONDS = 2;
const SILENCE_MS = BLOCK_SECONDS * 1_000 + 5_000;
const RETRY_MS = 100;

/** Takes items from a Redis list one by one, on a connection of its own, until stopped. */
export class ListReader {
  readonly #redis: Redis;
  readonly #ended: Promise<void>;
  #stopped = false;
  #interrupt: () => void = () => undefined;
  /** A client that is not connected keeps the blocked read pending even when it is dropped. */
  readonly #interrupted = new Promise<null>((resolve) => {
    this.#interrupt = () => resolve(null);
  });

  constructor(
    url: string,
    private readonly list: string,
    private readonly onItem: (item: string) => Promise<void>,
  ) {
    this.#redis = connection(url, true);
    this.#ended = this.#loop();
  }

  /** Ends after the current item, without waiting; for use by the item's own handler. */
  halt(): void {
    this.#stopped = true;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#redis.disconnect();
    this.#interrupt();
    await this.#ended;
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      try {
        const popped = this.#redis.blpop(this.list, BLOCK_SECONDS);
        // Rejections after an interruption have nobody to report to.
        popped.catch(() => undefined);
        // A server that vanished without a word is noticed by the silence after a blocked read.
        const silence = setTimeout(() => this.#redis.disconnect(true), SILENCE_MS);
        const answer = await Promise.race([popped, this.#interrupted]).finally(() =>
          clearTimeout(silence),
        );
        if (answer) await this.onItem(answer[1]);
      } catch {
        // Redis is away or we are stopped. An item popped meanwhile is lost, which the sender
        // notices by its time-out: at most once.
        if (!this.#stopped) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.#redis.disconnect();
  }
}
