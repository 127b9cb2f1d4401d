/** Shares are kept to a hundredth of a per cent. */
const STEPS = 10_000;

/** Small whole numbers in the proportion of the shares, each at least 1. */
export function wholeWeights(ratios: readonly number[]): readonly number[] {
  const whole = ratios.map((ratio) => Math.max(1, Math.round(ratio * STEPS)));
  const divisor = whole.reduce(greatestCommonDivisor, 0);
  return divisor > 1 ? whole.map((weight) => weight / divisor) : whole;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
