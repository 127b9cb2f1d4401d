/**
 * Lease of a single process: whoever asks first holds it. The epoch must grow over restarts as
 * well, so the composition root gives the last epoch of the journal as `previousEpoch`.
 */
export { MemoryLease, MemoryLeaseBoard } from './memory-lease';
