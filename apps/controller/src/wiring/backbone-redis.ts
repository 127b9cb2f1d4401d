import { RedisBroadcast, RedisCommandBus } from '@weir/adapter-bus-redis';
import { lastEpoch, openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { openRedisJournal } from '@weir/adapter-journal-redis';
import { replicate } from '@weir/adapter-journal-replicated';
import { RedisLease } from '@weir/adapter-lease-redis';
import { BullQueue } from '@weir/adapter-queue-bullmq';
import type { Clock, Journal } from '@weir/core/ports';
import type { LogPort } from '@weir/nest';
import type { Backbone } from './backbone';
import { LastWriter } from './last-writer';
import { StandbyCopy } from './standby-copy';

export interface RedisBackboneOptions {
  readonly url: string;
  readonly prefix: string;
  readonly journalDir: string;
  readonly roles: readonly string[];
  readonly clock: Clock;
  readonly log: LogPort;
}

/**
 * Several processes on one Redis. The engine's journal is the Redis Stream and its own LMDB, both
 * acknowledged; everybody else reads the stream.
 */
export async function redisBackbone(options: RedisBackboneOptions): Promise<Backbone> {
  const { url, prefix, journalDir, roles, clock, log } = options;
  const warn = (message: string, fields: Record<string, unknown> = {}): void => {
    log.warn(message, fields);
  };
  const opened: Journal[] = [];
  const keep = (journal: Journal): Journal => {
    opened.push(journal);
    return journal;
  };
  // Damage on this disk is found before this process asks for leadership.
  const local = roles.includes('engine')
    ? keep(await openLmdbJournal({ dir: journalDir, warn }))
    : null;
  const shared = await openRedisJournal({ url, prefix, warn }).catch(async (error: unknown) => {
    await local?.close();
    throw error;
  });
  keep(shared);
  const writer = new LastWriter(journalDir);
  const standby =
    local === null
      ? null
      : new StandbyCopy({
          shared,
          local,
          isOwnWork: async () => (await lastEpoch(local)) === writer.epoch,
          clock,
          warn,
        });
  await standby?.start();
  const commands = new RedisCommandBus({ url, prefix });
  const broadcast = new RedisBroadcast({ url, prefix });
  const previousEpoch = async (): Promise<number> => {
    await standby?.checkTurn();
    return Math.max(await lastEpoch(shared), local === null ? 0 : await lastEpoch(local));
  };
  return {
    lease: new RedisLease({ url, prefix, clock, previousEpoch }),
    queue: new BullQueue({ url, prefix, warn }),
    commands,
    broadcast,
    engineJournal: async (epoch) => {
      if (local === null) throw new Error('only the engine role writes the journal');
      await standby?.stop();
      const primary = await openRedisJournal({ url, prefix, warn });
      const pair = keep(await replicate(primary, local));
      writer.leads(epoch);
      return pair;
    },
    readJournal: () => Promise.resolve(shared),
    close: async () => {
      await standby?.stop();
      await commands.close();
      await broadcast.close();
      // The pair closes both of its parts, and closing twice is harmless.
      for (const journal of opened.reverse()) await journal.close();
    },
  };
}
