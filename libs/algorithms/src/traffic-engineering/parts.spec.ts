import { minMaxUtilization } from './min-max-utilization';
import { mluOf, pathProblem } from './path-problem';

describe('paths that spread on their way', () => {
  // The first path goes to a device that hashes over links 1 and 2, the second over link 3 alone.
  const problem = pathProblem([100, 10, 10, 10], [[[0, 1, 2], [3]]], [[[1, 0.5, 0.5], [1]]]);

  it('load each link with their part of it', () => {
    expect(mluOf(problem, [10], Float64Array.of(1, 0))).toBeCloseTo(0.5, 9);
  });

  it('take twice as much as a path over one link of the same capacity', () => {
    const { split, mlu, lowerBound } = minMaxUtilization(problem, [12]);
    expect(split[0]).toBeCloseTo(2 / 3, 3);
    expect(mlu).toBeCloseTo(0.4, 3);
    expect(lowerBound).toBeGreaterThan(0.4 * 0.998);
  });
});
