import type { Score } from '@weir/closed-loop';
import {
  MEASURE_NAMES,
  VARIANTS,
  type Figure,
  type Measure,
  type RunOutcome,
  type RunTask,
  type Variant,
} from './figures';
import { intervalOf, relativeChange, type Interval } from './interval';

export const WINDOWS = ['incident', 'settled'] as const;
export type Window = (typeof WINDOWS)[number];

export interface MeasureRow {
  readonly workload: string;
  readonly measure: Measure;
  readonly values: Readonly<Record<Variant, Interval | null>>;
  /** Relative change from off to on, seed by seed; null where off was zero. */
  readonly gained: Interval | null;
  /** Relative change from off to the bound: what there was to gain. */
  readonly possible: Interval | null;
}

export interface ScenarioSummary {
  readonly scenario: string;
  readonly title: string;
  readonly runs: Readonly<Record<Variant, number>>;
  readonly windows: Readonly<Record<Window, readonly MeasureRow[]>>;
  readonly changesMade: Interval | null;
  readonly changesRolledBack: Interval | null;
  /** Changes by what the loop made of them against the simulated truth. */
  readonly scores: Readonly<Partial<Record<Score, number>>>;
  /** Seeds by the first cause of their first incident, loop on; `none`: no incident. */
  readonly causes: Readonly<Record<string, number>>;
  /** What the file expects and a seed did not show, loop on. */
  readonly unmet: readonly { readonly seed: number; readonly what: string }[];
  readonly costMs: Interval | null;
}

export interface FailedRun {
  readonly task: RunTask;
  readonly error: string;
}

/** Brings the runs of one scenario together; each measure of each workload becomes a row. */
export function summarise(runs: readonly RunOutcome[]): ScenarioSummary {
  const on = runs.filter((run) => run.variant === 'on');
  const count = (variant: Variant): number => runs.filter((r) => r.variant === variant).length;
  return {
    scenario: runs[0]?.scenario ?? '',
    title: runs[0]?.title ?? '',
    runs: { off: count('off'), on: count('on'), bound: count('bound') },
    windows: { incident: rowsOf(runs, 'incident'), settled: rowsOf(runs, 'settled') },
    changesMade: intervalOf(on.map((run) => run.changes.length)),
    changesRolledBack: intervalOf(
      on.map((run) => run.changes.filter((change) => change.outcome === 'undone').length),
    ),
    scores: counts(
      on.flatMap((run) => run.changes.flatMap(({ score }) => (score === null ? [] : [score]))),
    ),
    causes: counts<string>(on.map((run) => run.causes[0] ?? 'none')) as Record<string, number>,
    unmet: on.flatMap((run) => run.unmet.map((what) => ({ seed: run.seed, what }))),
    costMs: intervalOf(runs.map((run) => run.costMs)),
  };
}

function rowsOf(runs: readonly RunOutcome[], window: Window): MeasureRow[] {
  const workloads = [...new Set(runs.flatMap((run) => run[window].map((f) => f.workload)))];
  return workloads.flatMap((workload) =>
    MEASURE_NAMES.flatMap((measure) => {
      const row = rowOf(runs, window, workload, measure);
      return VARIANTS.every((variant) => row.values[variant] === null) ? [] : [row];
    }),
  );
}

function rowOf(
  runs: readonly RunOutcome[],
  window: Window,
  workload: string,
  measure: Measure,
): MeasureRow {
  const same = (f: Figure): boolean => f.workload === workload && f.measure === measure;
  const bySeed = (variant: Variant): Map<number, number> =>
    new Map(
      runs
        .filter((run) => run.variant === variant)
        .flatMap((run) => run[window].filter(same).map((f) => [run.seed, f.value] as const)),
    );
  const [off, on, bound] = [bySeed('off'), bySeed('on'), bySeed('bound')];
  const pairs = (other: ReadonlyMap<number, number>): (readonly [number, number])[] =>
    [...off].flatMap(([seed, before]) => {
      const after = other.get(seed);
      return after === undefined ? [] : [[before, after] as const];
    });
  return {
    workload,
    measure,
    values: {
      off: intervalOf([...off.values()]),
      on: intervalOf([...on.values()]),
      bound: intervalOf([...bound.values()]),
    },
    gained: relativeChange(pairs(on)),
    possible: relativeChange(pairs(bound)),
  };
}

function counts<Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> {
  const found: Partial<Record<Name, number>> = {};
  for (const name of names) found[name] = (found[name] ?? 0) + 1;
  return found;
}
