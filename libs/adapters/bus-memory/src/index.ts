/**
 * Command bus and broadcast within one process. Messages are copied on the way, so that both
 * sides behave as if they were in different processes.
 */
export { MemoryBroadcast } from './memory-broadcast';
export { MemoryCommandBus } from './memory-command-bus';
