import { seededRandom } from '@weir/core/base';
import { ConformalInterval } from './conformal';
import { normal } from './testing/series';

/** Share of errors that the interval held, from the first finite width on. */
function coverage(errors: readonly number[], wanted = 0.9): number {
  const interval = new ConformalInterval(wanted);
  let [judged, held] = [0, 0];
  for (const error of errors) {
    const width = interval.halfWidth();
    if (Number.isFinite(width)) {
      judged += 1;
      if (Math.abs(error) <= width) held += 1;
    }
    interval.observe(error);
  }
  return held / judged;
}

function errorsOf(seed: number, count: number, scale: (i: number) => number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => scale(i) * normal(random));
}

describe('ConformalInterval', () => {
  it('is infinite until there are ten errors', () => {
    const interval = new ConformalInterval(0.9);
    for (let i = 0; i < 10; i++) {
      expect(interval.halfWidth()).toBe(Infinity);
      interval.observe(1);
    }
    expect(interval.halfWidth()).toBe(1);
  });

  it.each([0.5, 0.8, 0.9, 0.95])('holds %d of steady errors', (wanted) => {
    for (let seed = 0; seed < 10; seed++)
      expect(
        Math.abs(
          coverage(
            errorsOf(seed, 5000, () => 1),
            wanted,
          ) - wanted,
        ),
      ).toBeLessThan(0.02);
  });

  it.each<[string, (i: number) => number]>([
    ['a tenfold change of their scale', (i) => (i < 2500 ? 1 : 10)],
    ['scales that take turns', (i) => (Math.floor(i / 700) % 2 === 0 ? 1 : 5)],
    ['a scale that only grows', (i) => 1 + i / 500],
  ])('holds 88 to 92 %% under %s', (_, scale) => {
    for (let seed = 0; seed < 10; seed++) {
      const share = coverage(errorsOf(seed, 5000, scale));
      expect(share).toBeGreaterThan(0.88);
      expect(share).toBeLessThan(0.92);
    }
  });

  it('without the level that follows misses would hold less of errors that only grow', () => {
    const errors = errorsOf(1, 5000, (i) => 1.002 ** i);
    expect(coverage(errors)).toBeGreaterThan(0.88);
    let held = 0;
    for (let i = 400; i < errors.length; i++) {
      const window = errors
        .slice(i - 400, i)
        .map(Math.abs)
        .sort((a, b) => a - b);
      if (Math.abs(errors[i]!) <= window[360]!) held += 1;
    }
    expect(held / (errors.length - 400)).toBeLessThan(0.88);
  });

  it('takes errors of zero', () => {
    expect(coverage(new Array<number>(500).fill(0))).toBe(1);
  });
});
