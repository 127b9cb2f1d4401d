import type { MeasureResult, RunResult, Window } from '@weir/closed-loop';
import type { Figure, RunOutcome, Variant } from './figures';

/** What an objective asks for of one metric of a workload. */
export interface Threshold {
  readonly workload: string;
  readonly metric: MeasureResult['metric'];
  readonly quantile: number;
  readonly thresholdMs: number;
}

/** The figures of a run that the bench compares; thresholds come from the compiled intents. */
export function reduceRun(
  run: RunResult,
  variant: Variant,
  thresholds: readonly Threshold[],
  costMs: number,
): RunOutcome {
  return {
    scenario: run.scenario.name,
    title: run.scenario.title,
    seed: run.seed,
    variant,
    incident: figuresOf(run, 'evaluation', thresholds),
    settled: figuresOf(run, 'end', thresholds),
    changes: run.changes
      .filter((change) => change.applied)
      .map(({ id, action, outcome, verdict, score, truth }) => ({
        id,
        action,
        outcome,
        verdict: verdict?.verdict ?? null,
        score,
        trueEffectRatio: truth?.effectRatio ?? null,
      })),
    causes: run.incidents.map(({ causes }) => causes[0]?.name ?? 'unknown'),
    unmet: run.expectations
      .filter(({ passed }) => !passed)
      .map(({ path, expected, actual }) => `${path}: expected ${expected}, got ${actual}`),
    costMs,
    digest: run.digest,
  };
}

function figuresOf(
  run: RunResult,
  name: 'evaluation' | 'end',
  thresholds: readonly Threshold[],
): Figure[] {
  const window = run.windows[name];
  const seconds = (window.toMs - window.fromMs) / 1000;
  const inside = run.series.atMs.map((atMs) => atMs > window.fromMs && atMs <= window.toMs);
  const of = (values: readonly number[]): number[] => values.filter((_, i) => inside[i]);
  const fabric: Figure[] = [
    figure('', 'retransmission-time', sum(of(run.series.retransmissionMs)) / seconds),
    figure('', 'pfc-pause-time', 1000 * mean(of(run.series.maxPauseRatio))),
    figure('', 'max-utilisation', mean(of(run.series.maxUtilization))),
  ];
  return [
    ...run.measures.flatMap((measure) => workloadFigures(measure, name, window)),
    ...run.measures.flatMap((measure) => slaFigures(measure, inside, thresholds)),
    ...fabric,
  ];
}

function workloadFigures(
  { workload, metric, windows }: MeasureResult,
  name: 'evaluation' | 'end',
  window: Window,
): Figure[] {
  const found = windows[name];
  const known = (measure: Figure['measure'], value: number | null): Figure[] =>
    value === null ? [] : [figure(workload, measure, value)];
  switch (metric) {
    case 'request-latency':
      return [
        ...known('latency-p50', found.p50),
        ...known('latency-p95', found.p95),
        ...known('latency-p99', found.p99),
      ];
    case 'collective-time':
      return known('collective-time', found.mean);
    case 'iteration-time': {
      // A stalled job has no iterations to take a mean of, but its rate is known to be zero.
      const seconds = (window.toMs - window.fromMs) / 1000;
      return known('iterations-per-second', found.count / seconds);
    }
    case 'throughput':
      return known('throughput', found.mean === null ? null : found.mean / 1e9);
  }
}

/** Share of the samples with observations that met the threshold. */
function slaFigures(
  { workload, metric, series }: MeasureResult,
  inside: readonly boolean[],
  thresholds: readonly Threshold[],
): Figure[] {
  const wanted = thresholds.find((item) => item.workload === workload && item.metric === metric);
  if (wanted === undefined) return [];
  const values = series[nearestQuantile(wanted.quantile)].filter(
    (value, i): value is number => inside[i] === true && value !== null,
  );
  if (values.length === 0) return [];
  const met = values.filter((value) => value <= wanted.thresholdMs).length;
  return [figure(workload, 'sla-met', met / values.length)];
}

/** The recorded quantile that stands for another one; not a laxer one. */
function nearestQuantile(quantile: number): 'p50' | 'p95' | 'p99' {
  if (quantile <= 0.5) return 'p50';
  return quantile <= 0.95 ? 'p95' : 'p99';
}

const figure = (workload: string, measure: Figure['measure'], value: number): Figure => ({
  workload,
  measure,
  value,
});

const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0);
const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : sum(values) / values.length;
