import fc from 'fast-check';
import { interiorPoint } from './interior-point';
import { solveLinear } from './linear-system';
import { boundByPrices } from './lower-bound';
import { mluOf, pathProblem } from './path-problem';
import { sweep } from './sweep';

describe('interiorPoint', () => {
  it('finds the optimum where commodities share links in the middle, and proves it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 6, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 3, maxLength: 3 }),
        (capacity, demand) => {
          // Each commodity has a link of its own and two ways that cross those of the others.
          const problem = pathProblem(capacity, [
            [[0], [3, 4], [3, 5]],
            [[1], [3, 4], [4, 5]],
            [[2], [4, 5], [3, 5]],
          ]);
          const { split, prices } = interiorPoint(problem, demand);
          const mlu = mluOf(problem, demand, split);
          const bound = boundByPrices(problem, demand, prices);
          expect(mlu / bound).toBeGreaterThan(1 - 1e-9);
          expect(mlu / bound).toBeLessThan(1 + 1e-5);
          expect(mlu).toBeLessThanOrEqual(sweep(problem, demand).mlu * (1 + 1e-5));
          expect(Math.min(...split)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('splits two links in proportion to their capacity', () => {
    const { split, prices } = interiorPoint(pathProblem([10, 30], [[[0], [1]]]), [20]);
    expect(split[0]).toBeCloseTo(0.25, 5);
    // Both links are full, so a unit costs the same on each.
    expect(prices[0]! / prices[1]!).toBeCloseTo(1, 4);
  });
});

describe('solveLinear', () => {
  const rows = (...values: number[][]): Float64Array[] =>
    values.map((row) => Float64Array.from(row));

  it('takes rows in any order', () => {
    expect([...(solveLinear(rows([0, 2, 4], [3, 0, 9])) ?? [])]).toEqual([3, 2]);
  });

  it('refuses rows that say the same', () => {
    expect(solveLinear(rows([1, 2, 3], [1, 2, 3]))).toBeNull();
  });
});
