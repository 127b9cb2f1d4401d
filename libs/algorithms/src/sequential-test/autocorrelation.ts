/** Nearer to 1 a series says nothing about its mean in the time that it was watched. */
const LARGEST = 0.95;
/**
 * Added to the estimate over the number of samples, times 1 and times the estimate. An estimate
 * about a mean that was itself estimated is low by (1 + 3 r) / n (Kendall 1954). More than that
 * is added, since taking r too low costs a false verdict and too high only time: with these
 * the test keeps its promise up to r = 0.6, whatever the number of samples.
 */
const BIAS = { constant: 2, slope: 4 };

/**
 * First-order autocorrelation of series that share it, not below 0. Lists are deviations from the
 * mean of each; what is smaller than `leastDeviation` is taken for noise of the measurement.
 */
export function autocorrelation(
  series: readonly (readonly number[])[],
  leastDeviation: number,
): number {
  let squares = 0;
  let products = 0;
  let count = 0;
  for (const deviations of series) {
    count += deviations.length;
    deviations.forEach((value, i) => {
      squares += value * value + leastDeviation ** 2;
      if (i > 0) products += value * (deviations[i - 1] as number);
    });
  }
  const raw = squares > 0 ? products / squares : 0;
  const lifted = raw + (BIAS.constant + BIAS.slope * Math.max(0, raw)) / Math.max(1, count);
  return Math.min(LARGEST, Math.max(0, lifted));
}

/**
 * Independent samples that tell as much about the mean as `count` samples of a first-order
 * autoregression: n / (1 + 2 sum of (1 - k / n) r^k), Bayley and Hammersley 1946.
 */
export function effectiveCount(count: number, r: number): number {
  let sum = 0;
  let power = 1;
  for (let lag = 1; lag < count && power > 1e-6; lag++) {
    power *= r;
    sum += (1 - lag / count) * power;
  }
  return count / (1 + 2 * sum);
}
