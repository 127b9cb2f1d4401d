import type { Broadcast, CommandBus, Journal, Lease, OperationQueue } from '@weir/core/ports';

/** What connects the roles, whether they share a process or not. */
export interface Backbone {
  readonly lease: Lease;
  readonly queue: OperationQueue;
  readonly commands: CommandBus;
  readonly broadcast: Broadcast;
  /** The journal that the engine writes; opened once, after leadership was won. */
  engineJournal(epoch: number): Promise<Journal>;
  /** The journal that readers fold and follow. */
  readJournal(): Promise<Journal>;
  /** Everything but the queue, which the daemon closes earlier. */
  close(): Promise<void>;
}
