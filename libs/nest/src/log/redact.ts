/** Fields whose values never reach a log, by name, at any depth. */
const SECRET =
  /^(.*(password|passwd|secret|token|authorization|cookie|credential|private-?key).*)$/i;
/** Names that match the pattern above but hold no secret. */
const HARMLESS = new Set(['tokenEnv', 'passwordEnv', 'usernameEnv']);
const MAX_DEPTH = 6;
const CENSORED = '[redacted]';

/** User and password of a URL (redis://user:password@host) are cut out of plain strings too. */
const URL_CREDENTIALS = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi;

/** A copy of the fields with secrets replaced; shares what needs no change. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string')
    return value.includes('://') ? value.replace(URL_CREDENTIALS, `$1${CENSORED}@`) : value;
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  // Deeper than any field that we log: dropped rather than searched in part.
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const hide = SECRET.test(name) && !HARMLESS.has(name) && item !== null && item !== undefined;
    copy[name] = hide ? CENSORED : redact(item, depth + 1);
  }
  return copy;
}
