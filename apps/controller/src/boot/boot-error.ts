import type { ErrorCode, Refusal } from '@weir/core/base';

/** An input of the daemon that cannot be used: which file, which field, and why. */
export interface BootRefusal {
  readonly code: ErrorCode;
  readonly file: string;
  readonly where: string;
  readonly reason: string;
}

export const inFile = (file: string, refusal: Refusal): BootRefusal => ({
  code: refusal.code,
  file,
  where: refusal.where,
  reason: refusal.reason,
});

/** One line for a person: `FILE: FIELD: REASON (CODE)`. */
export const bootErrorText = ({ file, where, reason, code }: BootRefusal): string =>
  [file, where, `${reason} (${code})`]
    .filter((part) => part !== '' && part !== '(root)')
    .join(': ');
