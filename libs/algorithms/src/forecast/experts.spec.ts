import { seededRandom } from '@weir/core/base';
import { CalibratedLevel } from './calibrated-level';
import { DampedHolt, Ewma, LastValue, type Expert } from './expert';
import { Autoregression } from './recursive-least-squares';
import { RollingMedian } from './rolling-median';
import { Seasonal } from './seasonal';
import { normal, skewedNoise } from './testing/series';

const EXPERTS: readonly (() => Expert)[] = [
  () => new LastValue(),
  () => new Ewma(0.1),
  () => new DampedHolt(),
  () => new Autoregression(),
  () => new RollingMedian(24),
  () => new CalibratedLevel(),
  () => new Seasonal(5),
];

function shown<T extends Expert>(expert: T, values: readonly number[]): T {
  for (const value of values) expert.observe(value);
  return expert;
}

/** Mean absolute error of the forecasts one step ahead, from `from` on. */
function errorOf(expert: Expert, values: readonly number[], from: number): number {
  let sum = 0;
  for (const [i, value] of values.entries()) {
    if (i >= from) sum += Math.abs(value - expert.forecast(1));
    expert.observe(value);
  }
  return sum / (values.length - from);
}

describe.each(EXPERTS.map((make) => [make().name, make] as const))('%s', (_, make) => {
  it('knows nothing before the first value', () => expect(make().forecast(1)).toBeNaN());

  it.each([0, 7, 1e12])('forecasts %d for what is always that', (value) => {
    const expert = shown(make(), new Array<number>(400).fill(value));
    for (const steps of [1, 4, 12]) {
      const error = Math.abs(expert.forecast(steps) - value);
      expect(error).toBeLessThanOrEqual(1e-9 * value);
    }
  });

  it('is the same for the same past', () => {
    const values = skewedNoise(3, 300);
    expect(shown(make(), values).forecast(4)).toBe(shown(make(), values).forecast(4));
  });

  it('scales with the unit', () => {
    const values = skewedNoise(4, 300);
    const scaled = shown(
      make(),
      values.map((value) => 1e9 * value),
    ).forecast(2);
    expect(scaled / shown(make(), values).forecast(2) / 1e9).toBeCloseTo(1, 9);
  });

  it('is back at the level after a burst a million times larger', () => {
    const expert = shown(make(), [...skewedNoise(5, 300), 1e9, ...skewedNoise(6, 3000)]);
    const mean = [1, 2, 3, 4, 5].reduce((sum, steps) => sum + expert.forecast(steps) / 5, 0);
    expect(mean).toBeGreaterThan(200);
    expect(mean).toBeLessThan(5000);
  });
});

describe('LastValue', () => {
  it('is the last value', () => expect(shown(new LastValue(), [4, 8, 1]).forecast()).toBe(1));
});

describe('Ewma', () => {
  it('moves by its gain', () => {
    expect(shown(new Ewma(0.25), [8, 16]).forecast()).toBe(10);
  });
});

describe('DampedHolt', () => {
  it('follows a trend, and less and less of it', () => {
    const expert = shown(
      new DampedHolt(),
      Array.from({ length: 500 }, (_, i) => 10 * i),
    );
    const steps = [1, 2, 3, 40, 41].map((step) => expert.forecast(step));
    expect(steps[0]).toBeGreaterThan(4940);
    expect(steps[1]! - steps[0]!).toBeGreaterThan(steps[2]! - steps[1]!);
    expect(steps[4]! - steps[3]!).toBeLessThan(0.2);
  });
});

describe('Autoregression', () => {
  const oscillation = (count: number, seed: number): number[] => {
    const random = seededRandom(seed);
    const values = [0, 0];
    for (let i = 2; i < count; i++)
      values.push(0.6 * values[i - 1]! - 0.8 * values[i - 2]! + normal(random));
    return values.map((value) => 100 + value);
  };

  it('learns a process of the second order almost to its noise', () => {
    const noise = Math.sqrt(2 / Math.PI);
    expect(errorOf(new Autoregression(), oscillation(3000, 7), 500)).toBeLessThan(1.05 * noise);
  });

  it('still learns after a series has stood still for long', () => {
    const still = new Array<number>(200_000).fill(100);
    const expert = shown(new Autoregression(), still);
    expect(errorOf(expert, oscillation(3000, 8), 500)).toBeLessThan(1.1 * Math.sqrt(2 / Math.PI));
  });
});

describe('RollingMedian', () => {
  it('is blind to bursts and to what is older than its window', () => {
    expect(shown(new RollingMedian(5), [900, 900, 900, 1, 2, 500, 3, 2]).forecast()).toBe(2);
  });
});

describe('CalibratedLevel', () => {
  it('is near the median of skewed noise, below its mean', () => {
    const forecast = shown(new CalibratedLevel(), skewedNoise(9, 3000)).forecast();
    expect(Math.abs(forecast / 1000 - 1)).toBeLessThan(0.08);
    expect(forecast).toBeLessThan(1000 * Math.exp(0.125));
  });

  it('has less error than a mean where noise is skewed', () => {
    const values = skewedNoise(10, 6000);
    const own = errorOf(new CalibratedLevel(), values, 500);
    expect(own).toBeLessThan(0.97 * errorOf(new Ewma(0.05), values, 500));
  });

  it('comes back from nothing, and takes less than nothing as nothing', () => {
    const expert = shown(new CalibratedLevel(), new Array<number>(500).fill(0));
    expect(expert.forecast()).toBe(0);
    expect(shown(expert, new Array<number>(1000).fill(50)).forecast()).toBeCloseTo(50, 0);
    expect(shown(new CalibratedLevel(), [-5, -5, -5]).forecast()).toBe(0);
  });
});

describe('Seasonal', () => {
  it('repeats the iteration, at any horizon', () => {
    const values = [1, 2, 3, 1, 2, 3, 1, 2];
    const expert = shown(new Seasonal(3), values);
    expect([1, 2, 3, 4, 8].map((steps) => expert.forecast(steps))).toEqual([3, 1, 2, 3, 1]);
  });

  it('knows nothing of a phase that it has not seen', () => {
    const expert = shown(new Seasonal(4), [1, 2]);
    expect([3, 1].map((steps) => expert.forecast(steps))).toEqual([1, NaN]);
  });
});
