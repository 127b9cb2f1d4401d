import type { Random } from '@weir/core/base';

/** Poisson variate; Knuth's product of uniforms in slices, so that exp(-mean) does not underflow. */
export function poisson(mean: number, random: Random): number {
  // A normal with the same moments is off by less than a request in a thousand from here on.
  if (mean > 1_000) {
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  }
  let count = 0;
  for (let left = mean; left > 0; left -= 30) {
    const limit = Math.exp(-Math.min(left, 30));
    let product = random.next();
    while (product > limit) {
      count += 1;
      product *= random.next();
    }
  }
  return count;
}

/** Standard normal, Box and Muller 1958. */
export function normal(random: Random): number {
  const u = Math.max(1e-12, random.next());
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random.next());
}

export function logNormal(median: number, sigma: number, random: Random): number {
  return sigma === 0 ? median : median * Math.exp(sigma * normal(random));
}

/** Pareto variate with this mean; shape > 1, else the mean does not exist. */
export function pareto(mean: number, shape: number, random: Random): number {
  const least = (mean * (shape - 1)) / shape;
  return least / Math.max(1e-12, 1 - random.next()) ** (1 / shape);
}

/**
 * The largest of `count` standard normals from one uniform: its distribution function is the
 * normal one to the power of `count`, so that the slowest of 8,192 workers costs one draw.
 */
export function largestNormal(count: number, random: Random): number {
  const u = Math.max(1e-15, random.next());
  // 1 - u^(1/count) without cancellation.
  return normalAbove(-Math.expm1(Math.log(u) / count));
}

/** z with P(Z > z) = tail; Abramowitz and Stegun 26.2.23, absolute error below 4.5e-4. */
export function normalAbove(tail: number): number {
  if (tail > 0.5) return -normalAbove(1 - tail);
  const t = Math.sqrt(-2 * Math.log(Math.max(tail, 1e-300)));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - above / below;
}
