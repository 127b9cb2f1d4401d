import { invalidArgument } from './error';

const MAX_DEPTH = 64;

/**
 * JSON of a peer. Integers of 16 digits and more come out as decimal text: JSON.parse would round
 * them, and 2^64-1 is a real threshold.
 * @throws GnmiError INVALID_ARGUMENT
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  // Strings are matched first so that digits inside them stay as they are.
  const exact = text.replace(/"(?:[^"\\]|\\.)*"|-?\b\d{16,}(?![\d.eE])/gs, (token) =>
    token.startsWith('"') ? token : `"${token}"`,
  );
  let value: unknown;
  try {
    value = JSON.parse(exact);
  } catch (error) {
    throw invalidArgument(`value is not JSON: ${(error as Error).message}`);
  }
  if (deeperThan(value, MAX_DEPTH)) throw invalidArgument('JSON is nested more than 64 deep');
  return value;
}

function deeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((item) => deeperThan(item, depth - 1));
}

/** A number in plain JSON, from its decimal text, without rounding. */
export const isDecimalText = (text: string): boolean => /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text);
