import { InvalidArgumentError } from 'commander';

/** A positive whole number given on the command line. */
export function integerOption(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number from 1 is needed.');
}

/** Whole numbers separated by commas, up to a million each. */
export function countsOption(text: string): number[] {
  const counts = text.split(',').map((part) => integerOption(part.trim()));
  if (counts.every((count) => count <= 1_000_000)) return counts;
  throw new InvalidArgumentError('At most 1000000.');
}

export const collect = (value: string, before: readonly string[] = []): string[] => [
  ...before,
  value,
];
