import fc from 'fast-check';
import {
  addLoads,
  commodityCount,
  evenSplit,
  mluOf,
  pathProblem,
  type PathProblem,
} from './path-problem';
import { minMaxUtilization } from './min-max-utilization';
import { sweep } from './sweep';

/** Any small network: paths may share links with each other and go nowhere sensible. */
const problems = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 3, maxLength: 8 }),
    fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: 50 }),
        fc.array(fc.uniqueArray(fc.nat(7), { minLength: 1, maxLength: 3 }), {
          minLength: 1,
          maxLength: 4,
        }),
      ),
      { minLength: 1, maxLength: 8 },
    ),
  )
  .map(([capacity, commodities]) => ({
    problem: pathProblem(
      capacity,
      commodities.map(([, paths]) =>
        paths.map((path) => [...new Set(path.map((link) => link % capacity.length))]),
      ),
    ),
    demand: commodities.map(([volume]) => volume),
  }));

function expectShares(problem: PathProblem, split: Float64Array): void {
  for (let k = 0; k < commodityCount(problem); k++) {
    const own = split.slice(problem.pathStart[k], problem.pathStart[k + 1]);
    expect(Math.min(...own)).toBeGreaterThanOrEqual(0);
    expect(own.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
  }
}

// The second one descends where sweeps get stuck, which takes longer.
describe.each([
  ['sweep', sweep, 100],
  ['minMaxUtilization', minMaxUtilization, 25],
])('%s on any network', (_, solve, numRuns) => {
  it('is never worse than an even split, never under its bound, and says what it is', () => {
    fc.assert(
      fc.property(problems, ({ problem, demand }) => {
        const { split, mlu, lowerBound } = solve(problem, demand);
        expectShares(problem, split);
        expect(mlu).toBeLessThanOrEqual(mluOf(problem, demand, evenSplit(problem)) * (1 + 1e-9));
        expect(mlu).toBeCloseTo(mluOf(problem, demand, split), 6);
        expect(lowerBound).toBeLessThanOrEqual(mlu);
        expect(lowerBound).toBeGreaterThanOrEqual(0);
      }),
      { numRuns },
    );
  });

  it('has a bound that no other split goes under', () => {
    fc.assert(
      fc.property(problems, fc.infiniteStream(fc.nat(100)), ({ problem, demand }, parts) => {
        const { lowerBound } = solve(problem, demand);
        const other = evenSplit(problem).map(() => (parts.next().value ?? 0) + 1e-3);
        for (let k = 0; k < commodityCount(problem); k++) {
          const own = other.subarray(problem.pathStart[k], problem.pathStart[k + 1]);
          const sum = own.reduce((total, part) => total + part, 0);
          own.forEach((part, i) => (own[i] = part / sum));
        }
        expect(lowerBound).toBeLessThanOrEqual(mluOf(problem, demand, other) * (1 + 1e-9));
      }),
      { numRuns },
    );
  });

  it('scales with the demand', () => {
    fc.assert(
      fc.property(problems, ({ problem, demand }) => {
        const twice = solve(
          problem,
          demand.map((volume) => volume * 2),
        );
        expect(twice.mlu).toBeCloseTo(solve(problem, demand).mlu * 2, 4);
      }),
      { numRuns },
    );
  });
});

describe('sweep', () => {
  it('fills two links in proportion to their capacity, and proves it', () => {
    const { split, mlu, lowerBound } = sweep(pathProblem([10, 30], [[[0], [1]]]), [20]);
    expect(split[0]).toBeCloseTo(0.25, 5);
    expect(mlu).toBeCloseTo(0.5, 5);
    expect(lowerBound).toBeCloseTo(0.5, 3);
  });

  it('leaves the shared link to the commodity that has no other', () => {
    const problem = pathProblem([10, 10], [[[0]], [[0], [1]]]);
    const { split, mlu } = sweep(problem, [6, 6]);
    expect(mlu).toBeCloseTo(0.6, 5);
    expect(split[2]).toBeCloseTo(1, 4);
  });

  it('does not promise a link twice to paths that share it', () => {
    // Both paths of the first commodity go over link 0; only the third avoids it.
    const problem = pathProblem([10, 100, 100, 10], [[[0, 1], [0, 2], [3]]]);
    const { mlu } = minMaxUtilization(problem, [10]);
    expect(mlu).toBeCloseTo(0.5, 2);
  });

  it('takes no demand and no way as they are', () => {
    const problem = pathProblem([10, 10], [[[0], [1]]]);
    expect(sweep(problem, [0])).toMatchObject({ mlu: 0, lowerBound: 0 });
    expect(() => pathProblem([10], [[]])).toThrow('commodity 0 has no path');
  });

  it('conserves every volume on the way', () => {
    fc.assert(
      fc.property(problems, ({ problem, demand }) => {
        const { split } = sweep(problem, demand);
        const load = addLoads(problem, demand, split, new Float64Array(problem.capacity.length));
        let carried = 0;
        for (let k = 0; k < commodityCount(problem); k++)
          for (let p = problem.pathStart[k]!; p < problem.pathStart[k + 1]!; p++)
            carried += demand[k]! * split[p]! * (problem.linkStart[p + 1]! - problem.linkStart[p]!);
        const sum = load.reduce((total, value) => total + value, 0);
        expect(sum).toBeCloseTo(carried, 6);
      }),
    );
  });
});
