import type { MeasureResult, RunResult } from '@weir/closed-loop';
import { reduceRun } from './reduce-run';

const figures = (count: number, mean: number | null) => ({
  count,
  mean,
  p50: mean,
  p95: mean === null ? null : mean * 2,
  p99: mean === null ? null : mean * 3,
  headline: null,
});
const window = { fromMs: 2_000, toMs: 4_000 };

function measure(metric: MeasureResult['metric'], count: number, mean: number | null) {
  const nothing = figures(0, null);
  const windows = {
    whole: nothing,
    before: nothing,
    evaluation: figures(count, mean),
    end: nothing,
  };
  // One sample before the window, two in it; the p95 of the second one is late.
  const p95 = [500, 20, 40];
  return {
    workload: 'w',
    metric,
    unit: 'ms' as const,
    quantile: 0.95,
    windows,
    series: { count: [1, 1, 1], mean: p95, p50: p95, p95, p99: p95 },
  };
}

const run = (measures: readonly MeasureResult[]): RunResult =>
  ({
    scenario: { name: 's', title: 't', description: '' },
    seed: 3,
    windows: { whole: window, before: window, evaluation: window, end: window },
    measures,
    series: {
      atMs: [2_000, 3_000, 4_000],
      retransmissionMs: [1_000, 100, 300],
      maxPauseRatio: [1, 0.1, 0.3],
      maxUtilization: [1, 0.4, 0.6],
    },
    incidents: [{ causes: [{ name: 'incast' }, { name: 'congestion' }] }, { causes: [] }],
    changes: [
      { id: 'a', applied: true, outcome: 'kept', verdict: { verdict: 'improved' }, truth: null },
      { id: 'b', applied: false, outcome: 'not-applied', verdict: null, truth: null },
    ],
    expectations: [
      { path: 'p', expected: 'x', actual: 'y', passed: false },
      { path: 'q', expected: 'x', actual: 'x', passed: true },
    ],
    digest: 'd',
  }) as unknown as RunResult;

const valuesOf = (measures: readonly MeasureResult[], thresholds = [] as never[]) =>
  Object.fromEntries(
    reduceRun(run(measures), 'on', thresholds, 1).incident.map((item) => [
      item.measure,
      item.value,
    ]),
  );

describe('reduceRun', () => {
  it('takes figures of the window only, as rates for each second', () => {
    expect(valuesOf([])).toEqual({
      'retransmission-time': 200,
      'pfc-pause-time': 200,
      'max-utilisation': 0.5,
    });
  });

  it('counts iterations, so that a stalled job has a rate of zero', () => {
    expect(valuesOf([measure('iteration-time', 6, 100)])['iterations-per-second']).toBe(3);
    expect(valuesOf([measure('iteration-time', 0, null)])['iterations-per-second']).toBe(0);
    expect(valuesOf([measure('collective-time', 0, null)])).not.toHaveProperty('collective-time');
  });

  it('knows the share of samples within the threshold of the objective', () => {
    const thresholds = [
      { workload: 'w', metric: 'request-latency', quantile: 0.95, thresholdMs: 30 },
    ] as never[];
    const values = valuesOf([measure('request-latency', 5, 10)], thresholds);
    expect(values).toMatchObject({
      'latency-p50': 10,
      'latency-p95': 20,
      'latency-p99': 30,
      'sla-met': 0.5,
    });
  });

  it('keeps changes that reached a device, first causes, and what was not met', () => {
    const outcome = reduceRun(run([]), 'on', [], 7);
    expect(outcome).toMatchObject({ scenario: 's', seed: 3, costMs: 7, digest: 'd' });
    expect(outcome.changes.map(({ id }) => id)).toEqual(['a']);
    expect(outcome.causes).toEqual(['incast', 'unknown']);
    expect(outcome.unmet).toEqual(['p: expected x, got y']);
  });
});
