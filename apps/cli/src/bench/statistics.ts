/** Value at a quantile 0..1 by the nearest-rank method; NaN when there is nothing. */
export function quantileOf(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * q) - 1)] ?? NaN;
}

/** Milliseconds with two decimals, for reports. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;
