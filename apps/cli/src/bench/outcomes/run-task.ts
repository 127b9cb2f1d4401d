import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  buildScenario,
  parseScenario,
  runScenario,
  type MeasureResult,
  type RunOptions,
  type Scenario,
} from '@weir/closed-loop';
import type { ScenarioDocument } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import { CliError } from '../../cli-error';
import type { RunOutcome, RunTask, Variant } from './figures';
import { reduceRun, type Threshold } from './reduce-run';

const OPTIONS: Readonly<Record<Variant, RunOptions>> = {
  off: { loop: 'off' },
  on: { loop: 'on' },
  bound: { loop: 'off', bound: true },
};

/** Runs one scenario file once; throws a `CliError` that names the field of a file that is wrong. */
export async function runTask({ file, seed, variant }: RunTask): Promise<RunOutcome> {
  const scenario = loadForBench(file, seed);
  const startedMs = performance.now();
  const run = unwrap(file, await runScenario(scenario, OPTIONS[variant]));
  const costMs = performance.now() - startedMs;
  return reduceRun(run.result, variant, thresholdsOf(scenario), costMs);
}

/** The scenario with every figure that the bench compares, whatever the file itself measures. */
export function loadForBench(file: string, seed: number): Scenario {
  const document = unwrap(file, parseScenario(readFileSync(file, 'utf8')));
  const measured = {
    ...document,
    spec: { ...document.spec, measures: everyMeasure(document.spec.workloads) },
  };
  const readText = (path: string): Result<string> => {
    try {
      return ok(readFileSync(resolve(dirname(file), path), 'utf8'));
    } catch (error) {
      return refuse(
        'scenario-invalid',
        path,
        error instanceof Error ? error.message : 'unreadable',
      );
    }
  };
  return unwrap(file, buildScenario(measured, { seed, readText }));
}

type Workloads = ScenarioDocument['spec']['workloads'];
const METRICS: Readonly<Record<Workloads[number]['kind'], readonly MeasureResult['metric'][]>> = {
  inference: ['request-latency'],
  training: ['iteration-time', 'collective-time'],
  transfers: ['request-latency', 'throughput'],
  bulk: ['throughput'],
  scan: [],
  flood: [],
};

const everyMeasure = (workloads: Workloads): ScenarioDocument['spec']['measures'] =>
  workloads.flatMap(({ name, kind }) =>
    METRICS[kind].map((metric) => ({ workload: name, metric, quantile: 0.95 })),
  );

/** What the intents of a run ask for, those that come later included. */
function thresholdsOf({ intents, timeline }: Scenario): Threshold[] {
  const later = timeline.flatMap(({ action }) => (action.kind === 'intent' ? [action.intent] : []));
  return [...intents, ...later]
    .flatMap(({ compiled }) => compiled.objectives)
    .flatMap(({ workloads, metric, quantile, thresholdMs }) =>
      thresholdMs === null
        ? []
        : workloads.map((workload) => ({ workload, metric, quantile, thresholdMs })),
    );
}

function unwrap<T>(file: string, result: Result<T>): T {
  if (result.ok) return result.value;
  const { code, reason, where } = result.error;
  throw new CliError({ code, reason: `${file}: ${where}: ${reason}`, where });
}
