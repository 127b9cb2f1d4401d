/**
 * The line of a device is a list of run numbers, oldest first. `operations` maps a run to its
 * operation as JSON, `ids` an operation id to its newest run, `started` holds the runs that a
 * worker has begun, `devices` the devices with a line, `epoch` is the highest epoch seen.
 */

/**
 * KEYS: line, operations, ids, started, devices, epoch, counter. ARGV: id, device, epoch, JSON.
 * A pending operation is not made twice. One of an older leader is replaced where it stands; if it
 * has begun, the new one waits behind it. Answers the run at the head of the line.
 */
export const ENQUEUE = `
local epoch = tonumber(ARGV[3])
if epoch > tonumber(redis.call('GET', KEYS[6]) or '0') then redis.call('SET', KEYS[6], ARGV[3]) end
local run = redis.call('HGET', KEYS[3], ARGV[1])
local pending = run and redis.call('HGET', KEYS[2], run)
local older = pending and cjson.decode(pending).epoch < epoch
if older and redis.call('SISMEMBER', KEYS[4], run) == 0 then
  redis.call('HSET', KEYS[2], run, ARGV[4])
elseif older or not pending then
  run = tostring(redis.call('INCR', KEYS[7]))
  redis.call('HSET', KEYS[2], run, ARGV[4])
  redis.call('HSET', KEYS[3], ARGV[1], run)
  redis.call('RPUSH', KEYS[1], run)
  redis.call('SADD', KEYS[5], ARGV[2])
end
return redis.call('LINDEX', KEYS[1], 0)
`;

/**
 * KEYS: line, operations, started, epoch. ARGV: run. Answers `skip` when the run is not at the
 * head any more, else `stale` or `run`, the operation, and the highest epoch seen.
 */
export const START = `
if redis.call('LINDEX', KEYS[1], 0) ~= ARGV[1] then return {'skip'} end
local operation = redis.call('HGET', KEYS[2], ARGV[1])
local highest = tonumber(redis.call('GET', KEYS[4]) or '0')
local epoch = cjson.decode(operation).epoch
if epoch < highest then return {'stale', operation, highest} end
redis.call('SET', KEYS[4], epoch)
redis.call('SADD', KEYS[3], ARGV[1])
return {'run', operation, epoch}
`;

/**
 * KEYS: line, operations, ids, started, devices, reports. ARGV: run, id, device, report, longest
 * stream, '1' when the report says stale. Answers the run that is at the head now, or nil. A stale
 * report is left out when the new leader's operation of the same id is pending: it would be taken
 * for its answer.
 */
export const FINISH = `
local newest = redis.call('HGET', KEYS[3], ARGV[2])
if not (ARGV[6] == '1' and newest and newest ~= ARGV[1]) then
  redis.call('XADD', KEYS[6], 'MAXLEN', '~', ARGV[5], '*', 'report', ARGV[4])
end
redis.call('LREM', KEYS[1], 1, ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('SREM', KEYS[4], ARGV[1])
if newest == ARGV[1] then redis.call('HDEL', KEYS[3], ARGV[2]) end
local next = redis.call('LINDEX', KEYS[1], 0)
if not next then redis.call('SREM', KEYS[5], ARGV[3]) end
return next
`;

/** KEYS: reader, cursor. ARGV: reader's number, id read. Answers 0 when another reads by now. */
export const ADVANCE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[2])
return 1
`;
