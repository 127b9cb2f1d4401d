import { SNAPSHOTS_KEPT } from '@weir/core/ports';
import { HEAD_OF_STREAM } from './append-script';

/** All answer `ok`, or `fenced` with the epoch seen. KEYS: stream, base, then their own. */
const FENCED = `${HEAD_OF_STREAM}
if epoch > tonumber(ARGV[1]) then return {'fenced', epoch} end
`;

/** KEYS: .., snapshots, checkpoints. ARGV: epoch, sequence, value, checkpoints. */
export const SAVE_SCRIPT = `${FENCED}
redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
local kept = redis.call('HKEYS', KEYS[3])
table.sort(kept, function(a, b) return tonumber(a) > tonumber(b) end)
for i = ${SNAPSHOTS_KEPT + 1}, #kept do redis.call('HDEL', KEYS[3], kept[i]) end
redis.call('SET', KEYS[4], ARGV[4])
return {'ok', 0}
`;

/** KEYS: .., checkpoints. ARGV: epoch, checkpoints. */
export const CHECKPOINT_SCRIPT = `${FENCED}
redis.call('SET', KEYS[3], ARGV[2])
return {'ok', 0}
`;

/** ARGV: epoch, then sequence, hash and epoch of the last record to be dropped. */
export const CUT_SCRIPT = `${FENCED}
redis.call('HSET', KEYS[2], 'sequence', ARGV[2], 'hash', ARGV[3], 'epoch', ARGV[4])
redis.call('XTRIM', KEYS[1], 'MINID', string.format('%d-0', tonumber(ARGV[2]) + 1))
return {'ok', 0}
`;

/**
 * KEYS: .., snapshots, checkpoints. ARGV: epoch, sequence and hash that the stream ends at,
 * sequence, hash and epoch of the base, checkpoints, then sequence and value of each snapshot.
 */
export const ADOPT_SCRIPT = `${FENCED}
if sequence ~= tonumber(ARGV[2]) or hash ~= ARGV[3] then return {'moved', sequence} end
redis.call('DEL', KEYS[1], KEYS[3])
redis.call('HSET', KEYS[2], 'sequence', ARGV[4], 'hash', ARGV[5], 'epoch', ARGV[6])
redis.call('SET', KEYS[4], ARGV[7])
for i = 8, #ARGV, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
return {'ok', 0}
`;

/** A reader that was not heard of for this long is taken for gone, seconds. */
const READER_SECONDS = 60;

/** KEYS: readers. ARGV: name of the reader, last sequence that it has; by the clock of the server. */
export const READER_SCRIPT = `
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ' ' .. redis.call('TIME')[1])
return 1
`;

/** KEYS: readers. Answers the last sequence that every reader has, or -1 when there is no reader. */
export const SLOWEST_SCRIPT = `
local now = tonumber(redis.call('TIME')[1])
local slowest = -1
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local has, at = string.match(all[i + 1], '^(%d+) (%d+)$')
  if not has or now - tonumber(at) > ${READER_SECONDS} then
    redis.call('HDEL', KEYS[1], all[i])
  elseif slowest < 0 or tonumber(has) < slowest then
    slowest = tonumber(has)
  end
end
return slowest
`;
