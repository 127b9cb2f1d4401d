import type { Random } from './random';

/**
 * A draw from Beta(a, b), a and b > 0: the share of two gamma draws (Devroye, Non-Uniform Random
 * Variate Generation, 1986, IX.4). Uses as many numbers of the stream as it needs.
 */
export function drawBeta(random: Random, a: number, b: number): number {
  const x = drawGamma(random, a);
  const y = drawGamma(random, b);
  // Both can underflow for tiny shapes; the mean is then as good a guess as any.
  return x + y > 0 ? x / (x + y) : a / (a + b);
}

/** Gamma with this shape and scale 1: Marsaglia and Tsang, ACM TOMS 26(3), 2000. */
function drawGamma(random: Random, shape: number): number {
  if (shape < 1) return drawGamma(random, shape + 1) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(random);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Box and Muller, one of the two. */
function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}
