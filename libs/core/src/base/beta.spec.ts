import * as fc from 'fast-check';
import { drawBeta } from './beta';
import { seededRandom } from './random';

describe('a draw from a beta distribution', () => {
  it.each([
    [1, 1],
    [2, 5],
    [0.5, 0.5],
    [30, 3],
  ])('has the mean and the variance of Beta(%d, %d)', (a, b) => {
    const random = seededRandom(7);
    const draws = Array.from({ length: 20_000 }, () => drawBeta(random, a, b));
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    const expected = (a * b) / ((a + b) ** 2 * (a + b + 1));
    // Four standard errors of the mean, and a tenth of the variance.
    expect(Math.abs(mean - a / (a + b))).toBeLessThan(4 * Math.sqrt(expected / draws.length));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.1);
  });

  it('lies between 0 and 1 and is the same for the same seed', () => {
    const shape = fc.double({ min: 1e-3, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(fc.nat(), shape, shape, (seed, a, b) => {
        const drawn = drawBeta(seededRandom(seed), a, b);
        expect(drawn).toBeGreaterThanOrEqual(0);
        expect(drawn).toBeLessThanOrEqual(1);
        expect(drawBeta(seededRandom(seed), a, b)).toBe(drawn);
      }),
    );
  });
});
