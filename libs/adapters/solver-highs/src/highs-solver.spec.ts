import { solverContract } from '@weir/conformance';
import type { SplitProgram } from '@weir/core/ports';
import { HighsSolver } from './index';

solverContract('HiGHS', () => new HighsSolver());

/** More than a thread can read in a millisecond or two. */
function large(): SplitProgram {
  const [commodities, ways] = [400, 16];
  const paths = commodities * ways;
  return {
    capacity: new Float64Array(ways).fill(100),
    demand: new Float64Array(commodities).fill(1),
    pathStart: Int32Array.from({ length: commodities + 1 }, (_, k) => k * ways),
    linkStart: Int32Array.from({ length: paths + 1 }, (_, p) => p),
    links: Int32Array.from({ length: paths }, (_, p) => p % ways),
    parts: new Float64Array(paths).fill(1),
  };
}

describe('HighsSolver', () => {
  it('gives up what takes longer than its limit, with its thread, and goes on with a new one', async () => {
    const solver = new HighsSolver();
    await expect(solver.solve(large(), 1)).rejects.toThrow('ms');
    const { utilization } = await solver.solve(large(), 20_000);
    expect(utilization).toBeCloseTo(0.25, 6);
    await solver.close();
  });

  it('takes no more than a few at once', async () => {
    const solver = new HighsSolver();
    const asked = Array.from({ length: 6 }, () => solver.solve(large(), 20_000));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(2);
    await solver.close();
  });
});
