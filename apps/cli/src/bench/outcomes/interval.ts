/** A mean and the half-width of its 95 % confidence interval. */
export interface Interval {
  readonly mean: number;
  /** Null with fewer than two values: nothing is known about the spread. */
  readonly half: number | null;
  readonly count: number;
}

/** Mean with the 95 % interval of Student's t; null when there is no value. */
export function intervalOf(values: readonly number[]): Interval | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, half: null, count };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (count - 1) / count);
  return { mean, half: studentT(count - 1) * standardError, count };
}

/**
 * Relative change of pairs that had the same seed, so that what the seed did to both cancels out.
 * Pairs whose first value is zero say nothing about a ratio and are left out.
 */
export function relativeChange(
  pairs: readonly (readonly [before: number, after: number])[],
): Interval | null {
  return intervalOf(
    pairs.filter(([before]) => before !== 0).map(([before, after]) => after / before - 1),
  );
}

const quantiles = new Map<number, number>();

/** 97.5 % quantile of Student's t with a whole number of degrees of freedom. */
export function studentT(freedom: number): number {
  const known = quantiles.get(freedom);
  if (known !== undefined) return known;
  let [low, high] = [0, 1];
  while (central(high, freedom) < 0.95) high *= 2;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (central(middle, freedom) < 0.95) low = middle;
    else high = middle;
  }
  quantiles.set(freedom, high);
  return high;
}

/** P(|T| < t), the finite series of Abramowitz and Stegun 26.7.3 and 26.7.4. */
function central(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = freedom % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < freedom; k += 2) {
    term *= ((k - 1) / k) * cosine ** 2;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
}
