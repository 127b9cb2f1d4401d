import { FAULT_OPTIONS, type SeedResult } from '@weir/swarm';
import type { Worker } from '../bench/outcomes/pool';
import { PLAIN } from '../output/style';
import { isClean } from './report';
import { runSwarm, type SwarmOptions } from './run-swarm';
import { swarmText } from './swarm-text';
import type { SwarmOutcome, SwarmTask } from './task';

const NAME = FAULT_OPTIONS[0]?.name ?? '';
const resultOf = (seed: number, violations: SeedResult['violations'] = []): SeedResult => ({
  seed,
  options: [NAME],
  fired: { [NAME]: 1 },
  violations,
  timelineHash: 'f'.repeat(64),
  changes: { confirmed: 1, 'rolled-back': 2 },
  virtualMs: 3_600_000,
});
const wrong = [
  { invariant: 'I5' as const, atMs: 1234.4, what: 'l2 holds a mix' },
  { invariant: 'I2' as const, atMs: 2000, what: 'no end' },
];

/** Answers at once; `fail` gives the seeds that are wrong, or ends the process with an error. */
const workerOf = (outcome: (seed: number) => SwarmOutcome): Worker<SwarmTask, SwarmOutcome[]> => ({
  run: async ({ seeds }) => seeds.map(outcome),
  close: () => undefined,
});
const good = (seed: number): SwarmOutcome => ({ result: resultOf(seed), replayIdentical: null });

function swarmOf(part: Partial<SwarmOptions>): Promise<Awaited<ReturnType<typeof runSwarm>>> {
  return runSwarm({
    from: 1,
    seeds: 25,
    faults: 'all',
    workers: 2,
    startWorker: () => workerOf(good),
    progress: () => undefined,
    now: () => 1_000,
    ...part,
  });
}

describe('runSwarm', () => {
  it('runs every seed once, in order, and sums up what came of them', async () => {
    const lines: string[] = [];
    const report = await swarmOf({ from: 100, progress: (line) => lines.push(line) });
    expect(report).toMatchObject({ done: 25, failing: [], broken: [], virtualMs: 25 * 3_600_000 });
    expect(report.coverage.changes).toEqual({ confirmed: 25, 'rolled-back': 50 });
    expect(isClean(report)).toBe(true);
    expect(lines.at(-1)).toContain('25 of 25');
    const text = swarmText(report, PLAIN);
    expect(text).toContain('changes by their end: 25 confirmed, 50 rolled-back');
    expect(text).toContain('25 of 25 seeds from 100 on in 0.0 s, 25.0 h of simulated time');
    expect(text.endsWith('\nno violation')).toBe(true);
  });

  it('says of each seed that failed what it was, under which faults, and how to see it again', async () => {
    const fails = (seed: number): SwarmOutcome =>
      seed % 10 === 3 ? { result: resultOf(seed, wrong), replayIdentical: seed === 3 } : good(seed);
    const report = await swarmOf({ faults: [NAME], startWorker: () => workerOf(fails) });
    expect(report.failing.map(({ seed }) => seed)).toEqual([3, 13, 23]);
    expect(isClean(report)).toBe(false);
    const text = swarmText(report, PLAIN);
    expect(text).toContain(
      [
        'seed 3: I5 at 1234 ms',
        '  l2 holds a mix (and 1 more)',
        `  faults: ${NAME}`,
        `  replay: weir sim --seeds 1 --from 3 --faults ${NAME}`,
        `  timeline ${'f'.repeat(16)}, the second run was identical`,
      ].join('\n'),
    );
    expect(text).toContain('the second run was another one');
    expect(text.endsWith('3 seeds violate an invariant')).toBe(true);
  });

  it('shows ten of many, and says that there are more', async () => {
    const fails = (seed: number): SwarmOutcome => ({
      result: resultOf(seed, wrong),
      replayIdentical: true,
    });
    const text = swarmText(await swarmOf({ startWorker: () => workerOf(fails) }), PLAIN);
    expect(text.match(/^seed /gm)).toHaveLength(10);
    expect(text).toContain('and 15 more seeds with violations');
  });

  it('goes on after a process that ended, and says which seeds are missing', async () => {
    const dies: Worker<SwarmTask, SwarmOutcome[]> = {
      run: ({ seeds }) =>
        seeds[0] === 11
          ? Promise.reject(new Error('out of memory'))
          : Promise.resolve(seeds.map(good)),
      close: () => undefined,
    };
    const report = await swarmOf({ startWorker: () => dies });
    expect(report.done).toBe(15);
    expect(isClean(report)).toBe(false);
    expect(swarmText(report, PLAIN)).toContain('seeds 11 to 20 could not be run: out of memory');
  });

  it('reports what is done when it is interrupted', async () => {
    const interrupt = new AbortController();
    const stops = (seed: number): SwarmOutcome => {
      if (seed === 10) interrupt.abort();
      return good(seed);
    };
    const part = { startWorker: () => workerOf(stops), workers: 1, signal: interrupt.signal };
    const report = await swarmOf(part);
    expect(report.done).toBe(10);
    expect(swarmText(report, PLAIN)).toMatch(/interrupted; no violation so far$/);
  });
});
