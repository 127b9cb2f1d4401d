import type { SequentialTestResult } from '@weir/core/ports';

/** Below this a spread is taken for the resolution of the histogram, not for certainty. */
const MIN_DEVIATION = 0.05;

/**
 * Mixture sequential probability ratio test of "the mean of the samples is zero" with unknown
 * variance. The effect in units of the standard deviation has a normal mixture of scale
 * `priorScale` (g below its square); then with t the t-statistic of n samples and v = n - 1
 *
 *   L(n) = (1 + n g)^(-1/2) * ((1 + t^2 / v) / (1 + t^2 / (v (1 + n g))))^(n / 2)
 *
 * and p = min(1, 1 / max L), valid at whatever sample one stops (Johari et al., Peeking at A/B
 * tests, 2017; for the t-form Rouder et al. 2009, Lai 1976). The variance has a floor, since
 * quantiles of a histogram often agree to the last digit without being certain.
 */
export function sequentialTest(
  samples: readonly number[],
  priorScale: number,
): SequentialTestResult {
  let mean = 0;
  let squares = 0;
  let largest = 1;
  const g = priorScale * priorScale;
  samples.forEach((sample, i) => {
    const n = i + 1;
    const delta = sample - mean;
    mean += delta / n;
    squares += delta * (sample - mean);
    if (n < 2) return;
    const variance = Math.max(MIN_DEVIATION ** 2, squares / (n - 1));
    const tSquaredPerV = (n * mean * mean) / variance / (n - 1);
    const spread = 1 + n * g;
    const ratio = (1 + tSquaredPerV) / (1 + tSquaredPerV / spread);
    largest = Math.max(largest, ratio ** (n / 2) / Math.sqrt(spread));
  });
  return { pValue: Math.min(1, 1 / largest), mean };
}
