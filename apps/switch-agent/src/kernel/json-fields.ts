/** Readers of the JSON that iproute2 prints; each error names the field that is not as expected. */

export class KernelOutputError extends Error {
  constructor(where: string, found: unknown) {
    super(`unexpected output at ${where}: ${JSON.stringify(found)?.slice(0, 120) ?? 'nothing'}`);
    this.name = 'KernelOutputError';
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/**
 * A 400 Gb/s port counts beyond 2^53 octets in about two days, where JSON.parse would lose digits:
 * long integers outside of strings become strings first.
 */
const STRING_OR_LONG_INTEGER = /"(?:[^"\\]|\\.)*"|\d{16,}/g;
const quoteLongInteger = (token: string): string => (token.startsWith('"') ? token : `"${token}"`);

/** JSON.parse that keeps every digit: integers of 16 digits and more come as strings. */
export function parseExactly(text: string, what: string): unknown {
  try {
    return JSON.parse(text.replace(STRING_OR_LONG_INTEGER, quoteLongInteger));
  } catch {
    throw new KernelOutputError(what, text);
  }
}

export function arrayOf(text: string, what: string): readonly Fields[] {
  // `ip -j` prints nothing at all, not `[]`, for some empty tables.
  if (text.trim() === '') return [];
  const parsed = parseExactly(text, what);
  if (!Array.isArray(parsed)) throw new KernelOutputError(what, parsed);
  // Older versions print empty objects for filtered entries.
  return parsed
    .map((row, position) => objectAt(row, `${what}[${position}]`))
    .filter((row) => Object.keys(row).length > 0);
}

export function objectAt(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new KernelOutputError(at, value);
  return value as Fields;
}

export function textField(row: Fields, name: string, at: string): string {
  const value = row[name];
  if (typeof value !== 'string') throw new KernelOutputError(`${at}.${name}`, value);
  return value;
}

export function numberField(row: Fields, name: string, at: string): number {
  const value = row[name];
  if (typeof value !== 'number') throw new KernelOutputError(`${at}.${name}`, value);
  return value;
}

export function countField(row: Fields, name: string, at: string): bigint {
  const value = row[name];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^\d+$/.test(value)) return BigInt(value);
  throw new KernelOutputError(`${at}.${name}`, value);
}

export function listField(row: Fields, name: string, at: string): readonly unknown[] {
  const value = row[name];
  if (!Array.isArray(value)) throw new KernelOutputError(`${at}.${name}`, value);
  return value;
}

export function textOr(row: Fields, name: string, fallback: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : fallback;
}

export function numberOr(row: Fields, name: string, fallback: number): number {
  const value = row[name];
  return typeof value === 'number' ? value : fallback;
}
