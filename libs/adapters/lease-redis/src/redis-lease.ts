import { randomInt, randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { JournalCorrupt, type Clock, type Lease } from '@weir/core/ports';
import { ACQUIRE, RELEASE, RENEW } from './scripts';

export interface RedisLeaseOptions {
  readonly url: string;
  /** Prefix of all keys: `<prefix>:lease` and `<prefix>:lease-epoch`. */
  readonly prefix: string;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  /** Life of the lease without renewal, ms. Default 6,000. */
  readonly ttlMs?: number;
  /** Highest epoch in the journal, so that a Redis that was flushed does not start again at 1. */
  readonly previousEpoch?: () => Promise<number>;
}

/** Parts of the life: how often those who wait ask, and a failed renewal is tried again. */
const ASK_PART = 20;
const RETRY_PART = 12;
const RENEW_PART = 3;

/** A grant, from its acquisition to its end. */
interface Holding {
  /** Random, so that nobody renews or releases what is not his any more. */
  readonly owner: string;
  readonly redis: Redis;
  /** Monotonic time at which it has surely ended: counted from before the last good request. */
  deadlineMs: number;
  renewal: NodeJS.Timeout | null;
  end: NodeJS.Timeout | null;
}

export class RedisLease implements Lease {
  readonly #options: RedisLeaseOptions;
  readonly #ttlMs: number;
  readonly #key: string;
  readonly #handlers: ((reason: string) => void)[] = [];
  #holding: Holding | null = null;
  #lastError = 'Redis did not answer';

  constructor(options: RedisLeaseOptions) {
    this.#options = options;
    this.#ttlMs = options.ttlMs ?? 6_000;
    this.#key = `${options.prefix}:lease`;
  }

  async acquire(signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const redis = this.#connect();
    const owner = randomUUID();
    try {
      for (;;) {
        const epoch = await this.#ask(redis, owner);
        if (signal.aborted) await this.#giveBack(redis, owner);
        signal.throwIfAborted();
        if (epoch > 0) return epoch;
        // A little random, so that several who wait do not ask in step.
        await pause((this.#ttlMs / ASK_PART) * (randomInt(500, 1_500) / 1_000), signal);
      }
    } catch (error) {
      this.#holding = null;
      redis.disconnect();
      throw error;
    }
  }

  onLost(handler: (reason: string) => void): void {
    this.#handlers.push(handler);
  }

  async release(): Promise<void> {
    const holding = this.#drop();
    if (!holding) return;
    await this.#giveBack(holding.redis, holding.owner);
    holding.redis.disconnect();
  }

  #connect(): Redis {
    const redis = new Redis(this.#options.url, {
      maxRetriesPerRequest: null,
      commandTimeout: this.#ttlMs / RENEW_PART,
      connectTimeout: this.#ttlMs / RENEW_PART,
      retryStrategy: (attempt) => Math.min(20 * attempt, this.#ttlMs / RETRY_PART),
      disconnectTimeout: 200,
    });
    redis.on('error', (error) => (this.#lastError = String(error)));
    return redis;
  }

  /** The epoch granted, or 0 when somebody else holds it or Redis is away. */
  async #ask(redis: Redis, owner: string): Promise<number> {
    let epoch: number;
    let askedMs: number;
    try {
      const previous = (await this.#options.previousEpoch?.()) ?? 0;
      askedMs = this.#options.clock.monotonicMs();
      const keys = [this.#key, `${this.#key}-epoch`] as const;
      epoch = Number(await redis.eval(ACQUIRE, 2, ...keys, owner, this.#ttlMs, previous));
    } catch (error) {
      // Acquiring is waiting, for Redis too; a damaged journal does not get better by it.
      if (error instanceof JournalCorrupt) throw error;
      this.#lastError = String(error);
      return 0;
    }
    if (epoch === 0) return 0;
    const deadlineMs = askedMs + this.#ttlMs;
    this.#holding = { owner, redis, deadlineMs, renewal: null, end: null };
    this.#schedule(this.#holding, this.#ttlMs / RENEW_PART);
    return epoch;
  }

  async #giveBack(redis: Redis, owner: string): Promise<void> {
    this.#drop();
    try {
      await redis.eval(RELEASE, 1, this.#key, owner);
    } catch {
      // It expires by itself; whoever waits only waits a little longer.
    }
  }

  #schedule(holding: Holding, renewInMs: number): void {
    clearTimers(holding);
    const leftMs = Math.max(0, holding.deadlineMs - this.#options.clock.monotonicMs());
    holding.end = setTimeout(() => this.#expire(holding), leftMs);
    holding.renewal = setTimeout(() => void this.#renew(holding), Math.min(leftMs, renewInMs));
  }

  async #renew(holding: Holding): Promise<void> {
    const askedMs = this.#options.clock.monotonicMs();
    // The process slept past the end: the renewal timer may come before the other one.
    if (askedMs >= holding.deadlineMs) return this.#expire(holding);
    try {
      const answer = await holding.redis.eval(RENEW, 1, this.#key, holding.owner, this.#ttlMs);
      if (this.#holding !== holding) return;
      if (Number(answer) === 0) return this.#lose(holding, 'it was taken or removed in Redis');
      holding.deadlineMs = askedMs + this.#ttlMs;
      this.#schedule(holding, this.#ttlMs / RENEW_PART);
    } catch (error) {
      // Tried again until the deadline: a short hiccup of Redis does not cost the leadership.
      this.#lastError = String(error);
      if (this.#holding === holding) this.#schedule(holding, this.#ttlMs / RETRY_PART);
    }
  }

  #expire(holding: Holding): void {
    this.#lose(holding, `not renewed for ${this.#ttlMs} ms: ${this.#lastError}`);
  }

  #lose(holding: Holding, reason: string): void {
    if (this.#holding !== holding) return;
    this.#drop();
    holding.redis.disconnect();
    for (const handler of this.#handlers.splice(0)) handler(reason);
  }

  #drop(): Holding | null {
    const holding = this.#holding;
    this.#holding = null;
    if (holding) clearTimers(holding);
    return holding;
  }
}

function clearTimers(holding: Holding): void {
  if (holding.renewal) clearTimeout(holding.renewal);
  if (holding.end) clearTimeout(holding.end);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal.addEventListener('abort', abort, { once: true });
  });
}
