/**
 * Leadership by a key in Redis that expires: one holder, renewed at a third of its life, with an
 * epoch that grows at every grant. The lease alone does not keep an old leader from acting (it
 * may sleep through its end); the epoch does, checked by the journal, the queue and the
 * southbound role.
 */
export { RedisLease, type RedisLeaseOptions } from './redis-lease';
