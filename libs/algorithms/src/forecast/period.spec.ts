import { seededRandom } from '@weir/core/base';
import { periodOf } from './period';
import { normal, randomWalk, skewedNoise, trainingJob } from './testing/series';

const SEEDS = 400;

/** How many of the seeds find a period in `count` values of a series. */
function foundIn(series: (seed: number) => number[]): number {
  return Array.from({ length: SEEDS }, (_, seed) => periodOf(series(seed))).filter(
    (period) => period !== null,
  ).length;
}

describe('periodOf', () => {
  it.each([2, 3, 7, 16, 25, 50, 64, 75])('finds an iteration of %d samples in noise', (period) => {
    for (let seed = 0; seed < 20; seed++) {
      const found = periodOf(trainingJob({ period, noise: 0.2, seed, count: 256 })) ?? 0;
      expect(Math.abs(found - period)).toBeLessThanOrEqual(0.03 * period);
    }
  });

  it('finds one although iterations jitter by a sample', () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = seededRandom(seed);
      const values: number[] = [];
      while (values.length < 256) {
        const length = 24 + random.below(3);
        for (let i = 0; i < length; i++) values.push(i < 10 ? 100 : 5);
      }
      const found = periodOf(values.slice(0, 256)) ?? 0;
      expect(Math.abs(found - 25)).toBeLessThanOrEqual(1);
    }
  });

  it('finds one on top of a trend', () => {
    const values = trainingJob({ period: 20, noise: 0.2, seed: 5, count: 256 });
    expect(periodOf(values.map((value, i) => value + 0.2 * i))).toBe(20);
  });

  it('finds none in white noise', () => {
    const white = (seed: number): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 256 }, () => normal(random));
    };
    expect(foundIn(white)).toBe(0);
    expect(foundIn((seed) => skewedNoise(seed, 256))).toBe(0);
  });

  it('finds one in less than 3 % of series of rare bursts', () => {
    const bursts = (seed: number): number[] =>
      skewedNoise(seed, 256).map((value) => (value / 1000) ** 3);
    expect(foundIn(bursts) / SEEDS).toBeLessThan(0.03);
  });

  it('finds one in less than 5 % of series that wander', () => {
    const wander = (seed: number): number[] => randomWalk(seed, 256);
    expect(foundIn(wander) / SEEDS).toBeLessThan(0.05);
  });

  it('finds none in a trend, a step, a constant or too little', () => {
    const random = seededRandom(3);
    const trend = Array.from({ length: 256 }, (_, i) => i + 5 * normal(random));
    const step = Array.from({ length: 256 }, (_, i) => (i < 100 ? 1 : 9) + 0.5 * normal(random));
    expect(
      [trend, step, trend.map(() => 0.1), [], [1], [1, 2], [1, 2, 1, 2]].map(periodOf),
    ).toEqual(Array(7).fill(null));
  });
});
