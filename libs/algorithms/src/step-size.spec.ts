import fc from 'fast-check';
import { criticalStep, stepSize } from './step-size';

/** The imbalance over time, from any past of d + 1 values, oldest first. */
function run(share: number, past: readonly number[], steps: number): number[] {
  const values = [...past];
  for (let t = 0; t < steps; t++)
    values.push(values.at(-1)! - share * values[values.length - past.length]!);
  return values.slice(past.length - 1);
}

const level = (delay: number): number[] => new Array<number>(delay + 1).fill(1);
const impulse = (delay: number): number[] => [...new Array<number>(delay).fill(0), 1];

describe('stepSize', () => {
  it.each([
    [0, 1],
    [1, 0.25],
    [2, 4 / 27],
    [3, 27 / 256],
  ])('is at delay %d the closed form', (delay, share) => {
    expect(stepSize(delay)).toBeCloseTo(share, 12);
  });

  it('falls with the delay and stays far below the boundary of stability', () => {
    for (let delay = 0; delay < 200; delay++) {
      expect(stepSize(delay + 1)).toBeLessThan(stepSize(delay));
      expect(stepSize(delay)).toBeLessThanOrEqual(criticalStep(delay) / 2);
      expect(stepSize(delay)).toBeGreaterThan(0);
    }
  });

  it.each([
    [0.2, 1],
    [1.01, 2],
    [-3, 0],
  ])('takes a delay of %d as %d', (delay, whole) => {
    expect(stepSize(delay)).toBe(stepSize(whole));
  });

  it.each([NaN, Infinity])('moves nothing at a delay of %d', (delay) => {
    expect(stepSize(delay)).toBe(0);
  });

  it.each([1, 2, 3, 8, 20])('neither overshoots nor oscillates at delay %d', (delay) => {
    for (const past of [level(delay), impulse(delay)]) {
      const values = run(stepSize(delay), past, 60 * (delay + 1));
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(values.at(-1)!).toBeLessThan(1e-6);
      for (const [t, value] of values.entries())
        if (t > 0) expect(value).toBeLessThanOrEqual(values[t - 1]!);
    }
  });

  it('is the largest such share: one percent more overshoots', () => {
    for (const delay of [1, 2, 3, 8])
      expect(Math.min(...run(1.01 * stepSize(delay), impulse(delay), 400))).toBeLessThan(0);
  });

  it('is exceeded by the rule of thumb of 15 % at two intervals', () => {
    expect(Math.min(...run(0.15, level(2), 200))).toBeLessThan(0);
    expect(stepSize(2)).toBeLessThan(0.15);
  });

  it('settles from any past', () => {
    const past = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(past, (values) => {
        const delay = values.length - 1;
        expect(Math.abs(run(stepSize(delay), values, 300 * (delay + 1)).at(-1)!)).toBeLessThan(
          1e-9,
        );
      }),
    );
  });
});

describe('criticalStep', () => {
  it.each([0, 1, 2, 3, 7])('is where the loop at delay %d begins to grow', (delay) => {
    const latest = (share: number): number =>
      Math.max(...run(share, level(delay), 4000).slice(-50).map(Math.abs));
    expect(latest(0.99 * criticalStep(delay))).toBeLessThan(0.1);
    expect(latest(1.01 * criticalStep(delay))).toBeGreaterThan(10);
  });
});
