/**
 * KEYS: holder, epoch. ARGV: owner, life in ms, highest epoch known from elsewhere. Answers the
 * epoch granted, or 0. Asking again as the owner is a new grant: the first answer may have been
 * lost. The epoch key outlives the holder; where Redis lost it, the journal's keeps it growing.
 */
export const ACQUIRE = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
local epoch = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(ARGV[3])) + 1
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('SET', KEYS[2], string.format('%d', epoch))
return epoch
`;

/** KEYS: holder. ARGV: owner, life in ms. Answers 1 when the owner still holds it. */
export const RENEW = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;

/** KEYS: holder. ARGV: owner. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
`;
