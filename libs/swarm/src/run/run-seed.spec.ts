import { FAULT_OPTIONS } from '../faults';
import { SIMULATED_ROWS } from '../matrix';
import { runSeed } from './run-seed';

// A run is tens of milliseconds of work; the first one compiles what it needs.
jest.setTimeout(120_000);

describe('a run of the simulation', () => {
  it.each([3, 17, 40])('goes the same way again with seed %d', async (seed) => {
    const [first, second] = [
      await runSeed(seed, { faults: 'all' }),
      await runSeed(seed, { faults: 'all' }),
    ];
    expect(second).toEqual(first);
    expect(first.timelineHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('goes another way with another seed', async () => {
    const [one, other] = [await runSeed(1, { faults: [] }), await runSeed(2, { faults: [] })];
    expect(one.timelineHash).not.toBe(other.timelineHash);
  });

  it('changes the network for good and ill when nothing fails', async () => {
    const ends: Record<string, number> = {};
    for (let seed = 1; seed <= 8; seed++) {
      const { violations, changes, fired } = await runSeed(seed, { faults: [] });
      expect({ seed, violations, fired }).toEqual({ seed, violations: [], fired: {} });
      for (const [state, count] of Object.entries(changes))
        ends[state] = (ends[state] ?? 0) + count;
    }
    expect(Object.keys(ends)).toEqual(
      expect.arrayContaining(['confirmed', 'rolled-back', 'rejected']),
    );
  });

  it('draws a few options of all, and those that are asked for by name', async () => {
    const { options } = await runSeed(5, { faults: 'all' });
    expect(options.length).toBeGreaterThanOrEqual(2);
    expect(options.length).toBeLessThanOrEqual(8);
    const named = await runSeed(5, { faults: ['pause', 'crash-anytime'] });
    expect(named.options).toEqual(['crash-anytime', 'pause']);
    await expect(runSeed(5, { faults: ['gremlins'] })).rejects.toThrow('no fault option gremlins');
  });
});

describe('fault options', () => {
  it('have names of their own', () => {
    const names = FAULT_OPTIONS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('make every simulated row of the matrix happen', () => {
    const rows = new Set(FAULT_OPTIONS.flatMap((option) => option.rows));
    // 42 is several of them at once.
    expect(SIMULATED_ROWS.filter((row) => row !== 42 && !rows.has(row))).toEqual([]);
  });
});
