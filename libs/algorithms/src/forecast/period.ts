/** Autocorrelation that a period must show; noise of 256 values shows 0.2 once in a thousand. */
const LEAST = 0.3;
/** How far the autocorrelation must have fallen before the peak: less is a ripple on inertia. */
const DIP = 0.25;
/** Iterations that must be in view. */
const ITERATIONS = 3;

interface Peak {
  readonly lag: number;
  readonly height: number;
}

/**
 * Length of the iteration in a series of finite values, in samples, or null where there is none:
 * the first high peak of the autocorrelation (Box and Jenkins) that comes after a dip and that
 * shows again at twice its lag. Periods of 2 to a third of the series can be found.
 */
export function periodOf(values: ArrayLike<number>): number | null {
  const correlation = autocorrelation(values, Math.floor((2 * values.length) / ITERATIONS) + 1);
  if (correlation === null) return null;
  const threshold = Math.max(LEAST, 3 / Math.sqrt(values.length));
  const peaks: Peak[] = [];
  let lowest = 1;
  for (let lag = 2; lag <= values.length / ITERATIONS; lag++) {
    lowest = Math.min(lowest, correlation[lag - 1]!);
    const height = correlation[lag]!;
    const top = height > correlation[lag - 1]! && height >= correlation[lag + 1]!;
    // A shift by two iterations leaves a third of the series out, and the jitter of both in.
    const again = Math.max(...correlation.slice(2 * lag - 1, 2 * lag + 2));
    if (top && height > threshold && height - lowest > DIP && again > height / 3)
      peaks.push({ lag, height });
  }
  return firstOf(peaks);
}

/** The top of the first group of peaks that is about as high as the highest: not a multiple. */
function firstOf(peaks: readonly Peak[]): number | null {
  const highest = Math.max(0, ...peaks.map(({ height }) => height));
  const first = peaks.find(({ height }) => height >= 0.85 * highest);
  if (first === undefined) return null;
  // Noise lays ripples on a wide peak.
  const group = peaks.filter(({ lag }) => lag >= first.lag && lag <= 1.25 * first.lag);
  return group.reduce((best, peak) => (peak.height > best.height ? peak : best)).lag;
}

/** By lag, 0 to `lags`; null for a constant. Plain loops: this is the dearest part of a forecast. */
function autocorrelation(values: ArrayLike<number>, lags: number): number[] | null {
  const count = values.length;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += values[i]! / count;
  const centred = Float64Array.from(values, (value) => value - mean);
  const variance = productSum(centred, 0);
  // What is left of a constant is rounding.
  if (!(variance > count * (1e-12 * mean) ** 2)) return null;
  return Array.from({ length: lags + 1 }, (_, lag) => productSum(centred, lag) / variance);
}

function productSum(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = values.length - lag - 1; i >= 0; i--) sum += values[i]! * values[i + lag]!;
  return sum;
}
