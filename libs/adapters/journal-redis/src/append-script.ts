import { GENESIS_HASH } from '@weir/core/ports';

/**
 * KEYS: stream, touch. ARGV: epoch, last sequence and hash expected, sequence and hash of the last
 * new record, then sequence, epoch, hash and text of each.
 *
 * Answers `ok`, or `fenced` with the epoch seen, or `moved` with the last sequence. A batch that
 * is there already was sent twice: the touch is a write, so that WAITAOF on this connection waits
 * for it as well.
 */
export const APPEND_SCRIPT = `
local sequence, hash, epoch = 0, '${GENESIS_HASH}', 0
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if last then
  sequence = tonumber(string.match(last[1], '^%d+'))
  hash = last[2][2]
  epoch = tonumber(last[2][4])
end
if sequence == tonumber(ARGV[4]) and hash == ARGV[5] then
  redis.call('SET', KEYS[2], sequence)
  return {'ok', sequence}
end
if epoch > tonumber(ARGV[1]) then return {'fenced', epoch} end
if sequence ~= tonumber(ARGV[2]) or hash ~= ARGV[3] then return {'moved', sequence} end
for i = 6, #ARGV, 4 do
  redis.call('XADD', KEYS[1], ARGV[i] .. '-0', 'h', ARGV[i + 2], 'e', ARGV[i + 1], 't', ARGV[i + 3])
end
return {'ok', tonumber(ARGV[4])}
`;
