import { InvalidArgumentError } from 'commander';

/** A positive whole number given on the command line. */
export function integerOption(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number from 1 is needed.');
}

export const collect = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  value,
];
