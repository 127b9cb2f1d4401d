import type { Figure, RunOutcome } from './figures';
import { summarise } from './summary';
import { judgeTargets } from './targets';

const run = (fields: Partial<RunOutcome>, figures: readonly Figure[] = []): RunOutcome => ({
  scenario: 'i2-inference-beside-batch',
  title: '',
  seed: 1,
  variant: 'on',
  incident: figures,
  settled: figures,
  changes: [],
  causes: [],
  unmet: [],
  costMs: 1,
  digest: '',
  ...fields,
});

const p95 = (value: number): Figure => ({ workload: 'images', measure: 'latency-p95', value });

const targetsOf = (runs: readonly RunOutcome[]) => {
  const names = [...new Set(runs.map(({ scenario }) => scenario))];
  return judgeTargets(names.map((name) => summarise(runs.filter((r) => r.scenario === name))));
};
const named = (runs: readonly RunOutcome[], target: string) =>
  targetsOf(runs).find((item) => item.target === target);

describe('judgeTargets', () => {
  it('judges the incident and the time after it apart', () => {
    const runs = [1, 2].map((seed) =>
      run({ seed, incident: [p95(40 + seed)], settled: [p95(30 + seed)] }),
    );
    expect(named(runs, 'I2 p95 latency')).toMatchObject({
      wanted: 'at most 35 ms',
      incident: { value: 41.5, reached: false },
      settled: { value: 31.5, reached: true },
    });
  });

  it('says nothing about what was not run or not measured', () => {
    const found = targetsOf([run({})]);
    expect(found.map(({ target }) => target)).toEqual(['I2 p95 latency', 'I2 SLA met']);
    expect(found[0]?.incident).toEqual({ value: null, reached: null });
  });

  it('takes the mean over the jobs of their relative changes', () => {
    const figure = (workload: string, value: number): Figure => ({
      workload,
      measure: 'collective-time',
      value,
    });
    const both = (variant: 'off' | 'on', a: number, b: number): RunOutcome =>
      run({ scenario: 'i1-thousand-gpus', variant }, [figure('a', a), figure('b', b)]);
    const runs = [both('off', 100, 1000), both('on', 50, 700)];
    const target = named(runs, 'I1 AllReduce time');
    expect(target?.incident.value).toBeCloseTo(-0.4, 9);
    expect(target?.incident.reached).toBe(true);
  });

  it('counts a cause as named only when it came first in every seed', () => {
    const seeds = (...causes: (readonly string[])[]): RunOutcome[] =>
      causes.map((list, seed) => run({ scenario: 'i3-faulty-link', seed, causes: list }));
    const target = (...causes: (readonly string[])[]) =>
      named(seeds(...causes), 'I3 names gray-link')?.incident;
    expect(target(['gray-link'], ['gray-link', 'congestion'])).toEqual({ value: 1, reached: true });
    expect(target(['gray-link'], ['congestion', 'gray-link'])).toEqual({
      value: 0.5,
      reached: false,
    });
    expect(target(['gray-link'], [])).toEqual({ value: 0.5, reached: false });
  });

  it('does not let one change pass where there should be none', () => {
    const change = {
      id: 'c1',
      action: 'reroute',
      outcome: 'undone' as const,
      verdict: 'no-effect',
      score: 'right' as const,
      trueEffectRatio: 0,
    };
    const calm = run({ scenario: 'nothing-wrong' });
    const name = 'nothing wrong: no change';
    expect(named([calm], name)?.incident.reached).toBe(true);
    const busy = run({ scenario: 'nothing-wrong', seed: 2, changes: [change] });
    expect(named([calm, busy], name)?.incident).toEqual({ value: 0.5, reached: false });
  });
});

describe('summarise', () => {
  it('compares seed by seed, and counts scores and first causes', () => {
    const off = (seed: number, value: number) => run({ seed, variant: 'off' }, [p95(value)]);
    const on = (seed: number, value: number) =>
      run({ seed, causes: ['congestion', 'incast'], unmet: ['x'] }, [p95(value)]);
    const summary = summarise([off(1, 100), off(2, 1000), on(1, 50), on(2, 500)]);
    const [row] = summary.windows.incident;
    expect(row?.gained).toMatchObject({ mean: -0.5, half: 0 });
    expect(row?.possible).toBeNull();
    expect(row?.values.off?.mean).toBe(550);
    expect(summary.causes).toEqual({ congestion: 2 });
    expect(summary.unmet).toEqual([
      { seed: 1, what: 'x' },
      { seed: 2, what: 'x' },
    ]);
    expect(summary.runs).toEqual({ off: 2, on: 2, bound: 0 });
  });
});
