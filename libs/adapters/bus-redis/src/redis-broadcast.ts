import type { Redis } from 'ioredis';
import type { Broadcast } from '@weir/core/ports';
import { connection } from './connection';
import type { RedisBusOptions } from './redis-command-bus';

type Handler = (message: Uint8Array) => void;

/** Messages on the way to Redis; beyond it new ones are dropped. */
const MAX_IN_FLIGHT = 64;

export class RedisBroadcast implements Broadcast {
  readonly #options: RedisBusOptions;
  readonly #publisher: Redis;
  #subscriber: Redis | null = null;
  readonly #handlers = new Map<string, Handler[]>();
  #inFlight = 0;
  #dropped = 0;

  /** `onHandlerError`: a subscriber threw; the other subscribers go on. */
  constructor(
    options: RedisBusOptions,
    private readonly onHandlerError: (error: unknown) => void = () => undefined,
  ) {
    this.#options = options;
    this.#publisher = connection(options.url, false);
  }

  /** Messages of this process that were dropped because Redis was slow or away. */
  get dropped(): number {
    return this.#dropped;
  }

  async publish(topic: string, message: Uint8Array): Promise<void> {
    if (this.#inFlight >= MAX_IN_FLIGHT) {
      this.#dropped++;
      return;
    }
    this.#inFlight++;
    try {
      // Copied: the client may write it to the socket later than now.
      await this.#publisher.publish(this.#channel(topic), Buffer.from(message));
    } catch {
      this.#dropped++;
    } finally {
      this.#inFlight--;
    }
  }

  async subscribe(topic: string, handler: Handler): Promise<void> {
    const channel = this.#channel(topic);
    const handlers = this.#handlers.get(channel);
    if (handlers) {
      handlers.push(handler);
      return;
    }
    this.#handlers.set(channel, [handler]);
    this.#subscriber ??= this.#startSubscriber();
    await this.#subscriber.subscribe(channel);
  }

  async close(): Promise<void> {
    this.#handlers.clear();
    this.#publisher.disconnect();
    this.#subscriber?.disconnect();
  }

  #channel(topic: string): string {
    return `${this.#options.prefix}:broadcast:${topic}`;
  }

  #startSubscriber(): Redis {
    const redis = connection(this.#options.url, true);
    redis.on('messageBuffer', (channel: Buffer, message: Buffer) => {
      for (const handler of this.#handlers.get(channel.toString()) ?? []) {
        try {
          handler(message);
        } catch (error) {
          this.onHandlerError(error);
        }
      }
    });
    return redis;
  }
}
