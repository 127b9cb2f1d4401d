import { seededRandom } from '@weir/core/base';
import { largestNormal, logNormal, normal, normalAbove, pareto, poisson } from './draws';

const random = seededRandom(7);

function moments(draw: () => number, count = 5_000): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < count; i++) {
    const value = draw();
    sum += value;
    squares += value * value;
  }
  const mean = sum / count;
  return { mean, variance: squares / count - mean * mean };
}

describe('draws', () => {
  it.each([0.01, 2, 29, 31, 200, 5_000])('Poisson with mean %d has that variance too', (mean) => {
    const found = moments(() => poisson(mean, random));
    const error = 4 * Math.sqrt(mean / 5_000);
    expect(Math.abs(found.mean - mean)).toBeLessThan(error);
    expect(found.variance / mean).toBeGreaterThan(0.8);
    expect(found.variance / mean).toBeLessThan(1.2);
  });

  it('normal tail quantiles are those of the tables', () => {
    expect(normalAbove(0.5)).toBeCloseTo(0, 3);
    expect(normalAbove(0.025)).toBeCloseTo(1.95996, 3);
    expect(normalAbove(0.975)).toBeCloseTo(-1.95996, 3);
    expect(normalAbove(1e-6)).toBeCloseTo(4.75342, 3);
  });

  it.each([1, 4, 64])('the largest of %i normals is as the largest of that many draws', (count) => {
    const quick = moments(() => largestNormal(count, random), 5_000);
    const slow = moments(() => {
      let largest = -Infinity;
      for (let i = 0; i < count; i++) largest = Math.max(largest, normal(random));
      return largest;
    }, 5_000);
    expect(Math.abs(quick.mean - slow.mean)).toBeLessThan(0.08);
    expect(quick.variance / slow.variance).toBeGreaterThan(0.9);
    expect(quick.variance / slow.variance).toBeLessThan(1.1);
  });

  it('Pareto and log-normal have their mean and median', () => {
    expect(moments(() => pareto(100, 3, random), 20_000).mean / 100).toBeCloseTo(1, 1);
    const values = Array.from({ length: 9_999 }, () => logNormal(5, 0.5, random));
    values.sort((a, b) => a - b);
    expect((values[4_999] ?? 0) / 5).toBeCloseTo(1, 1);
    expect(logNormal(5, 0, random)).toBe(5);
  });
});
