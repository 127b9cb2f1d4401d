import fc from 'fast-check';
import { gridWeights } from './grid';

describe('gridWeights', () => {
  it.each([
    // All unused next hops keep an entry where that is next to nothing of the grid ...
    ['a fine grid', [0, 1, 0, 0], [true, true, true, true], 256, [1, 253, 1, 1]],
    // ... and one does where it is not, so that one more failure leaves a path.
    ['a coarse grid', [0, 1, 0, 0], [true, true, true, true], 64, [1, 63, 0, 0]],
    ['a very coarse grid', [0, 1, 0, 0], [true, true, true, true], 16, [1, 15, 0, 0]],
    ['a next hop out of use', [0, 1, 0, 0], [false, true, false, true], 16, [0, 15, 0, 1]],
    ['a prefix in halves', [1, 1, 0, 0], [true, true, true, true], 16, [8, 8, 0, 0]],
  ])('%s', (_, shares, usable, grid, expected) => {
    expect(gridWeights(shares, usable, grid)).toEqual(expected);
  });

  it('fills the grid, keeps two next hops, and gives each its share', () => {
    const cases = fc
      .integer({ min: 2, max: 8 })
      .chain((count) =>
        fc.tuple(
          fc.array(fc.integer({ min: 0, max: 4 }), { minLength: count, maxLength: count }),
          fc.constantFrom(16, 64, 256),
        ),
      )
      .filter(([shares]) => shares.some((share) => share > 0));
    fc.assert(
      fc.property(cases, ([shares, grid]) => {
        const weights = gridWeights(
          shares,
          shares.map(() => true),
          grid,
        );
        const total = shares.reduce((sum, share) => sum + share, 0);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(grid);
        expect(weights.filter((weight) => weight > 0).length).toBeGreaterThanOrEqual(2);
        shares.forEach((share, i) => {
          expect(Math.abs((weights[i] ?? 0) / grid - share / total)).toBeLessThan(0.5);
          if (share > 0) expect(weights[i]).toBeGreaterThan(0);
        });
      }),
    );
  });
});
