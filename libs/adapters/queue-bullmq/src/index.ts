/**
 * Operation queue between processes, on BullMQ. BullMQ hands out the work, keeps a lock on what
 * runs and makes the job of a dead worker again; the order of each device is kept beside it, in a
 * line in Redis of which only the head has a job. Reports go into a stream that the engine reads
 * from where the last engine stopped. Redis is transport only: what must not be lost is in the
 * journal, and operations that a flushed Redis forgot are put into the line again.
 */
export { BullQueue, type BullQueueOptions } from './bull-queue';
