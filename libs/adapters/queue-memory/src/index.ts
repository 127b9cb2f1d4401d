/**
 * Operation queue within one process. Per device in order and one at a time, different devices
 * side by side. Nothing survives the process: the engine makes open operations again from the
 * journal.
 */
export { MemoryQueue } from './memory-queue';
