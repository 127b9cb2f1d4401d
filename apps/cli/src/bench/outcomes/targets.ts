import type { Measure } from './figures';
import type { MeasureRow, ScenarioSummary, Window } from './summary';

/** A figure of the mission that the loop is held to; the values come from the runs alone. */
export interface TargetResult {
  readonly target: string;
  readonly scenario: string;
  readonly wanted: string;
  /** change and ratio: 1 is 100 %. */
  readonly unit: Unit;
  /** Over the incident, the time until the loop acted included. */
  readonly incident: Reached;
  /** Over the last quarter of the run. */
  readonly settled: Reached;
}

export interface Reached {
  readonly value: number | null;
  /** Null: not measured. */
  readonly reached: boolean | null;
}

type Unit = 'change' | 'ms' | 'ratio' | 'count';

interface Target {
  readonly target: string;
  readonly scenario: string;
  readonly limit: number;
  readonly at: 'most' | 'least';
  readonly unit: Unit;
  readonly value: (summary: ScenarioSummary, window: Window) => number | null;
}

/** Mean over the workloads that have the measure of their relative change, off to on. */
const meanChange =
  (measure: Measure): Target['value'] =>
  (summary, window) =>
    mean(rows(summary, window, measure).map((row) => row.gained?.mean ?? null));

/** Mean over the seeds of a measure of one workload with the loop on. */
const valueOn =
  (workload: string, measure: Measure): Target['value'] =>
  (summary, window) =>
    rows(summary, window, measure).find((row) => row.workload === workload)?.values.on?.mean ??
    null;

/** What is left of a measure that should vanish: sum with the loop on over sum without it. */
const remaining =
  (measure: Measure): Target['value'] =>
  (summary, window) => {
    const sum = (variant: 'off' | 'on'): number =>
      rows(summary, window, measure).reduce((s, row) => s + (row.values[variant]?.mean ?? 0), 0);
    const off = sum('off');
    return off === 0 ? null : sum('on') / off;
  };

/** Share of the seeds in which the first incident was put down to one of the causes. */
const causeNamed =
  (...causes: readonly string[]): Target['value'] =>
  ({ runs, causes: found }) =>
    runs.on === 0 ? null : causes.reduce((sum, cause) => sum + (found[cause] ?? 0), 0) / runs.on;

const changes: Target['value'] = (summary) => summary.changesMade?.mean ?? null;

const rows = (summary: ScenarioSummary, window: Window, measure: Measure): MeasureRow[] =>
  summary.windows[window].filter((row) => row.measure === measure);

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Some causes have two names in the catalogue, by whether the buffer or the burst is looked at. */
const named = (scenario: string, ...causes: readonly string[]): Target => ({
  target: `I3 names ${causes.join(' or ')}`,
  scenario,
  limit: 1,
  at: 'least',
  unit: 'ratio',
  value: causeNamed(...causes),
});

const still = (target: string, scenario: string): Target => ({
  target,
  scenario,
  limit: 0,
  at: 'most',
  unit: 'count',
  value: changes,
});

/** Of the time lost to time-outs at most this share may be left for them to be gone. */
const GONE_RATIO = 0.01;
const I1 = 'i1-thousand-gpus';
const I2 = 'i2-inference-beside-batch';

const TARGETS: readonly Target[] = [
  {
    target: 'I1 AllReduce time',
    scenario: I1,
    limit: -0.4,
    at: 'most',
    unit: 'change',
    value: meanChange('collective-time'),
  },
  {
    target: 'I1 training throughput',
    scenario: I1,
    limit: 0.25,
    at: 'least',
    unit: 'change',
    value: meanChange('iterations-per-second'),
  },
  {
    target: 'I1 time lost to time-outs, share left',
    scenario: I1,
    limit: GONE_RATIO,
    at: 'most',
    unit: 'ratio',
    value: remaining('retransmission-time'),
  },
  {
    target: 'I2 p95 latency',
    scenario: I2,
    limit: 35,
    at: 'most',
    unit: 'ms',
    value: valueOn('images', 'latency-p95'),
  },
  {
    target: 'I2 SLA met',
    scenario: I2,
    limit: 0.999,
    at: 'least',
    unit: 'ratio',
    value: valueOn('images', 'sla-met'),
  },
  named('i3-buffer-overflow', 'queue-overflow', 'buffer-exhaustion'),
  named('i3-ecmp-polarisation', 'ecmp-polarisation'),
  named('i3-interference', 'interference'),
  named('i3-faulty-link', 'gray-link'),
  still('I4 host-limited: no change', 'i4-host-limited'),
  still('nothing wrong: no change', 'nothing-wrong'),
];

/** The targets whose scenarios were run, each with what the runs gave. */
export function judgeTargets(summaries: readonly ScenarioSummary[]): TargetResult[] {
  return TARGETS.flatMap((target) => {
    const summary = summaries.find((item) => item.scenario === target.scenario);
    if (summary === undefined) return [];
    const at = (window: Window): Reached => {
      const value = target.value(summary, window);
      if (value === null) return { value, reached: null };
      return {
        value,
        reached: target.at === 'most' ? value <= target.limit : value >= target.limit,
      };
    };
    return [
      {
        target: target.target,
        scenario: target.scenario,
        wanted: `${target.at === 'most' ? 'at most' : 'at least'} ${shown(target)}`,
        unit: target.unit,
        incident: at('incident'),
        settled: at('settled'),
      },
    ];
  });
}

function shown({ limit, unit }: Target): string {
  if (unit === 'ms') return `${limit} ms`;
  if (unit === 'count') return String(limit);
  const percent = Number((limit * 100).toFixed(1));
  return unit === 'change' && percent > 0 ? `+${percent} %` : `${percent} %`;
}
