import { seededRandom, type Random } from '@weir/core/base';

/** Standard normal (Box and Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

export interface JobOptions {
  /** Samples of an iteration. */
  readonly period: number;
  /** Standard deviation of the noise, as a share of the rate while the job sends. */
  readonly noise: number;
  readonly seed: number;
  readonly count: number;
}

/** A training job: it sends at 100 for two fifths of each iteration, else next to nothing. */
export function trainingJob({ period, noise, seed, count }: JobOptions): number[] {
  const random = seededRandom(seed);
  const busy = Math.max(1, Math.round(0.4 * period));
  return Array.from(
    { length: count },
    (_, i) => (i % period < busy ? 100 : 5) + 100 * noise * normal(random),
  );
}

/** Skewed noise around a level, as between the parts of a data centre. */
export function skewedNoise(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => 1000 * Math.exp(0.5 * normal(random)));
}

/** A random walk, as the load of a wide-area link. */
export function randomWalk(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  let level = 1000;
  return Array.from({ length: count }, () => (level += 5 * normal(random)));
}
