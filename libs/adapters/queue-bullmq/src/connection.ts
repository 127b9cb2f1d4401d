import { Redis } from 'ioredis';

/** `blocking`: for commands that wait in Redis, which may not time out on this side. */
export function connection(url: string, blocking: boolean): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    connectTimeout: 5_000,
    disconnectTimeout: 200,
    keepAlive: 10_000,
    ...(blocking ? {} : { commandTimeout: 5_000 }),
  });
  // The commands report it; this only keeps the client from printing.
  redis.on('error', () => undefined);
  return redis;
}
