import { MemoryBroadcast, MemoryCommandBus } from '@weir/adapter-bus-memory';
import { lastEpoch, openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { MemoryLease, MemoryLeaseBoard } from '@weir/adapter-lease-memory';
import { MemoryQueue } from '@weir/adapter-queue-memory';
import type { LogPort } from '@weir/nest';
import type { Backbone } from './backbone';

/** One process, nothing to install: the journal on disk, everything else in memory. */
export async function memoryBackbone(options: {
  readonly journalDir: string;
  readonly log: LogPort;
}): Promise<Backbone> {
  const { journalDir, log } = options;
  const warn = (message: string, fields: Record<string, unknown>): void => {
    log.warn(message, fields);
  };
  const journal = await openLmdbJournal({ dir: journalDir, warn });
  const commands = new MemoryCommandBus();
  const broadcast = new MemoryBroadcast((err) => {
    log.error('broadcast handler failed', { err });
  });
  return {
    // The lock on the journal's directory is the real lease; epochs go on where it ends.
    lease: new MemoryLease(new MemoryLeaseBoard(() => lastEpoch(journal))),
    queue: new MemoryQueue(),
    commands,
    broadcast,
    engineJournal: () => Promise.resolve(journal),
    readJournal: () => Promise.resolve(journal),
    close: async () => {
      await commands.close();
      await broadcast.close();
      await journal.close();
    },
  };
}
