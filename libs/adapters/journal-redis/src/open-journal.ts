import { Redis } from 'ioredis';
import { JournalCorrupt, JournalTooNew, JournalUnavailable, type Journal } from '@weir/core/ports';
import { RedisJournal } from './redis-journal';
import { StreamFollower, type Warn } from './stream-follower';
import { StreamStore } from './stream-store';

export interface RedisJournalOptions {
  /** `redis://[user:password@]host:port/db`, or `rediss://` for TLS. */
  readonly url: string;
  /** Prefix of all keys; the stream is `<prefix>:journal`. */
  readonly prefix: string;
  /** Limit of one append, sync included, ms. Default 5,000. */
  readonly timeoutMs?: number;
  /** Told once when Redis is set up so that an answer does not mean durable. */
  readonly warn?: Warn;
}

/** Rejects with JournalUnavailable when Redis cannot be reached within the time-out. */
export async function openRedisJournal(options: RedisJournalOptions): Promise<Journal> {
  const timeoutMs = options.timeoutMs ?? 5_000;
  const warn = options.warn ?? (() => undefined);
  const key = `${options.prefix}:journal`;
  const redis = connection(options.url, { commandTimeout: timeoutMs });
  try {
    const waitAof = await checkDurability(redis, warn);
    const store = new StreamStore(redis, key, waitAof ? timeoutMs : null);
    await store.kept.checkFormat();
    // Not awaited: a name that stays behind is dropped after a while.
    const forget = (name: string): void =>
      void redis.hdel(store.kept.keys.readers, name).catch(() => undefined);
    return new RedisJournal({
      store,
      head: await store.head(),
      follow: (next, onRecord, onBehind) => {
        const own = connection(options.url, {});
        return new StreamFollower(own, key, { next, onRecord, onBehind, warn, forget });
      },
      disconnect: () => redis.disconnect(),
    });
  } catch (error) {
    redis.disconnect();
    if (error instanceof JournalTooNew || error instanceof JournalCorrupt) throw error;
    throw new JournalUnavailable(
      `journal: Redis at ${hostOf(options.url)} cannot be used: ${String(error)}`,
      { cause: error },
    );
  }
}

function connection(url: string, extra: { commandTimeout?: number }): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1_000),
    connectTimeout: 5_000,
    disconnectTimeout: 200,
    keepAlive: 10_000,
    ...extra,
  });
  // The commands report it; this only keeps the client from printing.
  redis.on('error', () => undefined);
  return redis;
}

/** Whether the server has WAITAOF; warns when nothing makes an answer durable. */
async function checkDurability(redis: Redis, warn: Warn): Promise<boolean> {
  const version = /redis_version:(\d+)\.(\d+)/.exec(await redis.info('server'));
  const major = Number(version?.[1] ?? 0);
  const minor = Number(version?.[2] ?? 0);
  const waitAof = major > 7 || (major === 7 && minor >= 2);
  const settings = await readSettings(redis);
  if (!settings) {
    warn('journal: Redis does not tell its persistence settings; an answer may not be durable', {});
    return false;
  }
  const { appendonly, appendfsync } = settings;
  if (appendonly !== 'yes') {
    warn('journal: Redis keeps no append-only file; set appendonly yes', { appendonly });
    return false;
  }
  if (!waitAof && appendfsync !== 'always')
    warn(
      'journal: Redis answers before its append-only file is on disk; set appendfsync always, or use Redis 7.2',
      { appendfsync, version: `${major}.${minor}` },
    );
  return waitAof;
}

/** Null where CONFIG is not allowed, as on managed servers. */
async function readSettings(redis: Redis): Promise<Record<string, string> | null> {
  try {
    const flat = (await redis.call('CONFIG', 'GET', 'append*')) as string[];
    const settings: Record<string, string> = {};
    for (let i = 0; i + 1 < flat.length; i += 2) settings[flat[i] ?? ''] = flat[i + 1] ?? '';
    return settings;
  } catch (error) {
    if (/NOPERM|unknown command/i.test(String(error))) return null;
    throw error;
  }
}

/** Without credentials, for messages. */
function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return 'an address that is not a URL';
  }
}
