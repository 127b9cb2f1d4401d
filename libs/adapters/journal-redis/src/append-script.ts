import { GENESIS_HASH } from '@weir/core/ports';

/**
 * Where the stream ends, as `sequence, hash, epoch`; the base when no record is behind it. KEYS[1]
 * is the stream, KEYS[2] the base.
 */
export const HEAD_OF_STREAM = `
local sequence, hash, epoch = 0, '${GENESIS_HASH}', 0
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if last then
  sequence = tonumber(string.match(last[1], '^%d+'))
  hash = last[2][2]
  epoch = tonumber(last[2][4])
else
  local base = redis.call('HMGET', KEYS[2], 'sequence', 'hash', 'epoch')
  if base[1] then
    sequence, hash, epoch = tonumber(base[1]), base[2], tonumber(base[3])
  end
end
`;

/**
 * KEYS: stream, base, touch. ARGV: epoch, last sequence and hash expected, sequence and hash of the
 * last new record, then sequence, epoch, hash and text of each.
 *
 * Answers `ok`, or `fenced` with the epoch seen, or `moved` with the last sequence. A batch that
 * is there already was sent twice: the touch is a write, so that WAITAOF on this connection waits
 * for it as well.
 */
export const APPEND_SCRIPT = `${HEAD_OF_STREAM}
if sequence == tonumber(ARGV[4]) and hash == ARGV[5] then
  redis.call('SET', KEYS[3], sequence)
  return {'ok', sequence}
end
if epoch > tonumber(ARGV[1]) then return {'fenced', epoch} end
if sequence ~= tonumber(ARGV[2]) or hash ~= ARGV[3] then return {'moved', sequence} end
for i = 6, #ARGV, 4 do
  redis.call('XADD', KEYS[1], ARGV[i] .. '-0', 'h', ARGV[i + 2], 'e', ARGV[i + 1], 't', ARGV[i + 3])
end
return {'ok', tonumber(ARGV[4])}
`;
