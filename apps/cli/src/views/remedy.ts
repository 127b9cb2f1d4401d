import { ERROR_CODES, REMEDIES } from '@weir/core/base';

const meanings: Readonly<Record<string, string>> = ERROR_CODES;
const remedies: Readonly<Record<string, string>> = REMEDIES;

/** Meaning of an error code; null when it is none. */
export const meaningOf = (code: string): string | null =>
  Object.hasOwn(meanings, code) ? (meanings[code] ?? null) : null;

/** What to do about it; empty for what is not a code of Weir. */
export const remedyOf = (code: string): string =>
  Object.hasOwn(remedies, code) ? (remedies[code] ?? '') : '';
