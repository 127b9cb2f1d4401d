import { cpus } from 'node:os';
import type { RunOutcome } from './figures';
import { summarise, type FailedRun, type ScenarioSummary } from './summary';
import { judgeTargets, type TargetResult } from './targets';

/** Grows when a field changes its meaning or goes; new fields do not count. */
export const OUTCOMES_FORMAT_VERSION = 1;

export interface OutcomesReport {
  readonly bench: 'outcomes';
  readonly formatVersion: typeof OUTCOMES_FORMAT_VERSION;
  readonly seeds: readonly number[];
  readonly scenarios: readonly ScenarioSummary[];
  readonly targets: readonly TargetResult[];
  readonly failed: readonly FailedRun[];
  readonly tookMs: number;
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  readonly method: readonly string[];
}

const METHOD = [
  'off: equal-cost routes and the queue settings of the file, no loop. on: the engine of the daemon with the policy of the file. bound: links between switches infinitely fast and without faults, no loop.',
  'The three variants of a seed have the same arrivals, placement and hash seeds; changes are compared seed by seed.',
  'Mean and 95 % interval (Student t) over the seeds. Figures are taken from the first event on, the time until the loop acts included; settled: the last quarter of the run.',
  'sla-met: share of the samples in which the objective was within its threshold. pfc-pause-time: of the most paused queue. max-utilisation: of the most utilised link between switches, mean over the samples.',
  'against the truth: what the loop made of each change, held against the same future with and without it.',
];

/** Brings all runs together; scenarios in the order of their names. */
export function reportOf(
  runs: readonly RunOutcome[],
  failed: readonly FailedRun[],
  seeds: readonly number[],
  tookMs: number,
): OutcomesReport {
  const names = [...new Set(runs.map(({ scenario }) => scenario))].sort();
  const scenarios = names.map((name) =>
    summarise(runs.filter(({ scenario }) => scenario === name)),
  );
  return {
    bench: 'outcomes',
    formatVersion: OUTCOMES_FORMAT_VERSION,
    seeds,
    scenarios,
    targets: judgeTargets(scenarios),
    failed,
    tookMs,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      node: process.version,
    },
    method: METHOD,
  };
}
