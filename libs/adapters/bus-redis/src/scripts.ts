/**
 * The life of a command: its text is a key that expires with the caller's patience, its id waits
 * in a list. Taking it removes the text and leaves a mark, so that exactly one of "taken" and
 * "never executed" is true when the caller gives up.
 */

/** KEYS: text, list. ARGV: id, text, patience in ms. */
export const SUBMIT = `
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('RPUSH', KEYS[2], ARGV[1])
return 1
`;

/**
 * KEYS: server, text, mark, list. ARGV: server token, id, life of the mark in ms. Answers the text,
 * an empty string when nobody waits for it any more, or nil when another engine serves now (the
 * id goes back to the front of the list for that one). A server key that Redis lost is written anew.
 */
export const TAKE = `
local server = redis.call('GET', KEYS[1])
if not server then redis.call('SET', KEYS[1], ARGV[1]) end
if server and server ~= ARGV[1] then
  redis.call('LPUSH', KEYS[4], ARGV[2])
  return nil
end
local text = redis.call('GET', KEYS[2])
if not text then return '' end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[3], '1', 'PX', ARGV[3])
return text
`;

/** KEYS: text, mark, list. ARGV: id. Answers 1 when the command was taken. */
export const GIVE_UP = `
redis.call('DEL', KEYS[1])
redis.call('LREM', KEYS[3], 1, ARGV[1])
return redis.call('EXISTS', KEYS[2])
`;

/** KEYS: list of answers. ARGV: answer, life in ms. */
export const ANSWER = `
redis.call('RPUSH', KEYS[1], ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`;
