/**
 * Commands and broadcasts between processes, on Redis. A command is executed at most once, by the
 * one engine that served last; when the answer does not come the caller is told whether the
 * command was taken. Broadcasts are pub/sub: binary, at most once, dropped where a side is slow.
 */
export { CommandTimeout } from './command-timeout';
export { RedisBroadcast } from './redis-broadcast';
export { RedisCommandBus, type RedisBusOptions } from './redis-command-bus';
