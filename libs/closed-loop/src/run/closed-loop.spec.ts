import type { ChangeResult, RunResult } from '../result';
import { ran, smallScenario } from '../testing/small-scenario';

const p95 = (result: RunResult, window: 'before' | 'end'): number =>
  result.measures.find((measure) => measure.workload === 'api')?.windows[window].headline ?? NaN;
const first = ({ changes }: RunResult): ChangeResult => {
  const [change] = changes;
  if (change === undefined) throw new Error('no change was made');
  return change;
};

// Runs with an engine take seconds where other specs run beside.
jest.setTimeout(120_000);

describe('a run in a closed loop', () => {
  let off: RunResult;
  let on: RunResult;
  beforeAll(async () => {
    off = await ran(smallScenario(), { loop: 'off' });
    on = await ran(smallScenario(), { loop: 'on' });
  });

  it('is the same for the same seed, and another for another', async () => {
    expect(await ran(smallScenario(), { loop: 'on' })).toEqual(on);
    const other = await ran(smallScenario(), { loop: 'on', seed: 8 });
    expect(other.digest).not.toBe(on.digest);
  });

  it('a loop that only watches changes nothing of the run', async () => {
    const suggest = await ran(smallScenario(), { loop: 'suggest' });
    expect(off.incidents).toEqual([]);
    expect(suggest.incidents.length).toBeGreaterThan(0);
    expect(suggest.changes.length).toBeGreaterThan(0);
    expect(suggest.changes.filter((change) => change.applied)).toEqual([]);
    expect(suggest.series).toEqual(off.series);
    expect(suggest.measures).toEqual(off.measures);
  });

  it('keeps a change that helps, and the truth says the same', () => {
    expect(p95(off, 'end')).toBeGreaterThan(25);
    expect(p95(on, 'end')).toBeLessThan(1.2 * p95(on, 'before'));
    const change = first(on);
    expect(change).toMatchObject({
      outcome: 'kept',
      score: 'right',
      verdict: { verdict: 'improved' },
      truth: { effect: 'improved' },
    });
    expect(change.truth?.effectRatio).toBeLessThan(-0.3);
    // Times of the run, in the order in which they passed.
    const { observed = NaN, applying = NaN, applied = NaN, verified = NaN } = change.times;
    expect(observed).toBeGreaterThan(10_000);
    expect(applying).toBeGreaterThanOrEqual(observed + 3_000);
    expect(applied).toBeGreaterThan(applying);
    expect(verified).toBeGreaterThan(applied + 2_000);
    expect(on.expectations.map(({ passed }) => passed)).toEqual([true, true]);
  });

  it('undoes a change that harms, and the truth says the same', async () => {
    const trapped = await ran(smallScenario({ trap: true }), { loop: 'on' });
    const change = first(trapped);
    expect(change).toMatchObject({
      outcome: 'undone',
      score: 'right',
      verdict: { verdict: 'harmed' },
      truth: { effect: 'harmed' },
    });
    expect(change.truth?.withMs).toBeGreaterThan(change.truth?.withoutMs ?? Infinity);
    expect(trapped.changes.filter(({ score }) => score === 'kept-but-harmful')).toEqual([]);
  });

  it('looks at a change that could not settle within the run from its end on', async () => {
    const text = smallScenario()
      .replace('settleMs: 2000', 'settleMs: 1000000')
      .replace('maxMs: 20000', 'maxMs: 2000000');
    const change = first(await ran(text, { loop: 'on' }));
    expect(change).toMatchObject({ verdict: null, outcome: 'open', score: 'unsettled' });
    expect(change.truth?.window).toEqual({ fromMs: 40_000, toMs: 60_000 });
  });

  it('the bound has neither faults nor full links', async () => {
    const bound = await ran(smallScenario({ trap: true }), { loop: 'on', bound: true });
    expect(bound).toMatchObject({ bound: true, loop: 'off', changes: [], incidents: [] });
    expect(Math.max(...bound.series.maxUtilization)).toBeLessThan(0.01);
    expect(p95(bound, 'end')).toBeLessThan(1.1 * p95(bound, 'before'));
  });

  it('samples cover the run, window by window', () => {
    const { series, measures, windows, durationMs } = off;
    expect(series.atMs).toEqual(Array.from({ length: 40 }, (_, i) => (i + 1) * 1_000));
    expect(windows).toEqual({
      whole: { fromMs: 2_000, toMs: durationMs },
      before: { fromMs: 2_000, toMs: 10_000 },
      evaluation: { fromMs: 10_000, toMs: durationMs },
      end: { fromMs: 30_000, toMs: durationMs },
    });
    const [api, copy] = measures;
    expect(api?.windows.before.count).toBeGreaterThan(0.9 * 200 * 8);
    expect(api?.windows.before.count).toBeLessThan(1.1 * 200 * 8);
    expect(copy).toMatchObject({ metric: 'throughput', windows: { before: { headline: 0 } } });
    expect(copy?.windows.end.headline).toBeGreaterThan(20e9);
    expect(copy?.series.mean).toHaveLength(40);
  });

  it('refuses a workload that runs already when it is started again', async () => {
    const text = smallScenario().replace('started: false, ', '');
    await expect(ran(text, { loop: 'off' })).rejects.toThrow(/copy starts.*runs/);
  });
});
