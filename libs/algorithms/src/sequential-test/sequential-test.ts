import type { BeforeAfter, SequentialTestResult, TestScales } from '@weir/core/ports';
import { autocorrelation, effectiveCount } from './autocorrelation';

/** Fewer samples after the change say too little about how much they go together. */
const FEWEST_AFTER = 5;
/** Independent samples beyond the two means that there have to be. */
const LEAST_FREEDOM = 0.2;

/**
 * Mixture sequential probability ratio test of "the mean is after as it was before" with unknown
 * variance. Both means are estimates, so that a short time before makes a weak test. The effect in
 * standard deviations has a normal mixture of scale `priorScale` (g below its square); then with t
 * the two-sample t-statistic, v its degrees of freedom and m = 1 / (1 / before + 1 / after)
 *
 *   L = (1 + m g)^(-1/2) * ((1 + t^2 / v) / (1 + t^2 / (v (1 + m g))))^((v + 1) / 2)
 *
 * and p = min(1, 1 / max L), valid at whatever sample one stops (Johari et al., Peeking at A/B
 * tests, 2017; the t-form of two samples Gonen et al. 2005, that it is always valid Perez-Ortiz et
 * al. 2024). Counts are those of independent samples that say as much: what queues do in one second
 * they do in the next. The deviation has a floor, since quantiles of a histogram often agree to the
 * last digit without being certain.
 */
export function sequentialTest(
  { before, after }: BeforeAfter,
  scales: TestScales,
): SequentialTestResult {
  const mean = after.length === 0 || before.length === 0 ? 0 : meanOf(after) - meanOf(before);
  let largest = 1;
  for (let count = FEWEST_AFTER; count <= after.length; count++)
    largest = Math.max(largest, likelihoodRatio(before, after.slice(0, count), scales));
  return { pValue: Math.min(1, 1 / largest), mean };
}

function likelihoodRatio(
  before: readonly number[],
  after: readonly number[],
  { priorScale, leastDeviation }: TestScales,
): number {
  if (before.length === 0) return 1;
  const [meanBefore, meanAfter] = [meanOf(before), meanOf(after)];
  const deviations = [
    before.map((value) => value - meanBefore),
    after.map((value) => value - meanAfter),
  ];
  const r = autocorrelation(deviations, leastDeviation);
  const counts = [effectiveCount(before.length, r), effectiveCount(after.length, r)] as const;
  const freedom = counts[0] + counts[1] - 2;
  if (freedom < LEAST_FREEDOM) return 1;
  const squares = deviations.flat().reduce((sum, value) => sum + value * value, 0);
  // Samples that go together also lie nearer to their own mean than to the true one.
  const divisor = before.length * (1 - 1 / counts[0]) + after.length * (1 - 1 / counts[1]);
  const variance = Math.max(leastDeviation ** 2, squares / divisor);
  const count = 1 / (1 / counts[0] + 1 / counts[1]);
  const tSquaredPerV = ((meanAfter - meanBefore) ** 2 * count) / variance / freedom;
  const spread = 1 + count * priorScale ** 2;
  const ratio = (1 + tSquaredPerV) / (1 + tSquaredPerV / spread);
  return ratio ** ((freedom + 1) / 2) / Math.sqrt(spread);
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
