/**
 * Journal on a Redis Stream, shared by the processes of a controller: the engine appends, standbys
 * and API processes follow. Entry ids are the sequence (`7-0`). A script checks epoch, last
 * sequence and last hash in one step, so that of two leaders only the newer can append, and only
 * onto what it has read. An append that was sent again after a lost connection is recognised by
 * its hash. Redis must keep an append-only file: WAITAOF is used where the server has it (7.2),
 * otherwise `appendfsync always` is what makes an answer durable, and anything less is warned of.
 */
export { openRedisJournal, type RedisJournalOptions } from './open-journal';
