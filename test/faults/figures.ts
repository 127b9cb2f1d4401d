import { appendFileSync } from 'node:fs';

/** `npm run faults` sets it; without it the specs run their short form, as `npm test` does. */
export const LONG = process.env['WEIR_FAULTS'] === 'long';

/** A number for the short form and for the long one. */
export const size = (short: number, long: number): number => (LONG ? long : short);

/** A whole number that `npm run faults` was given, e.g. how many kills. */
export function given(name: string, otherwise: number): number {
  const text = process.env[name];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : otherwise;
}

/**
 * Hands a figure to `npm run faults`, which prints it as it comes and in its table at the end.
 * `topic` groups figures; nothing happens in the short form.
 */
export function note(topic: string, fields: Readonly<Record<string, unknown>>): void {
  const file = process.env['WEIR_FAULT_FIGURES'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ topic, ...fields })}\n`);
}
