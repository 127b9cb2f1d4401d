/** Which cause the loop names first for simulated incidents whose cause is known. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { TRUTH_CAUSES } from '@weir/closed-loop';
import { ProcessWorker, runPool, type Worker } from '../../outcomes/pool';
import { quantileOf } from '../../statistics';
import { figure, type Section, type SectionContext, type SectionRunner } from '../report';
import { brierScore, reliabilityRows, statedOf } from './reliability';
import {
  byCause,
  bySeverity,
  detectedAfterMs,
  firstOf,
  healthyRow,
  hoursOf,
  lastOf,
  rightAfterMs,
  rightShare,
  wrongRows,
} from './tables';
import type { CauseOutcome, CauseTask, HealthyOutcome, IncidentOutcome } from './task';

/** Incidents of each cause, and healthy runs of two minutes, unless told otherwise. */
const OF_EACH = 18;
const HEALTHY = 30;
const FULL = 5;
const TARGET = 0.95;

const METHOD = [
  'each incident is drawn from the seed: fabric, rates, loads, workloads, place, moment and severity; the loop finds incidents and causes by the default policy and acts on nothing, hold times of 3 to 4 s instead of 30 s',
  'redrawn: the simulated world says that the objective was missed before already, or was not missed clearly for most of the time after the onset; such a draw counts in no other column',
  'right first: the first cause that was named is the one that was done; right last: the one that was named when the run ended, 26 s after the onset; an incident that was not detected is wrong in both',
  'severity: quantile of the objective after the onset over its threshold',
  'stated probability: what the loop said of the first name; names that were stated with 0.9 should be right nine times of ten; the Brier score is the mean squared error of it, 0 at best',
  'healthy: runs of two minutes with a day of load, bursts that buffers hold and few storage streams; any incident is a false alarm; redrawn where an objective was truly missed over the whole run',
];

export const causesSection: SectionRunner = {
  name: 'causes',
  run: (context) =>
    measureCauses(context, {
      ...amountOf(context.causes ?? (context.full ? OF_EACH * FULL : OF_EACH)),
      workers: availableParallelism(),
      startWorker: () => new ProcessWorker<CauseTask, CauseOutcome>(join(__dirname, 'process.js')),
    }),
};

/** Healthy runs in proportion, so that a short run is short. */
const amountOf = (ofEach: number): Pick<Amount, 'ofEach' | 'healthy'> => ({
  ofEach,
  healthy: Math.ceil((HEALTHY * ofEach) / OF_EACH),
});

export interface Amount {
  readonly ofEach: number;
  readonly healthy: number;
  readonly workers: number;
  readonly startWorker: () => Worker<CauseTask, CauseOutcome>;
}

/** All causes in turn, so that a run that is cut short has some of each. */
export function tasksOf(seed: number, { ofEach, healthy }: Pick<Amount, 'ofEach' | 'healthy'>) {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
  return [
    ...numbers(healthy).map((number): CauseTask => ({ truth: 'healthy', number, seed })),
    ...numbers(ofEach).flatMap((number) =>
      TRUTH_CAUSES.map((truth): CauseTask => ({ truth, number, seed })),
    ),
  ];
}

export async function measureCauses(context: SectionContext, amount: Amount): Promise<Section> {
  const tasks = tasksOf(context.seed, amount);
  const outcomes: CauseOutcome[] = [];
  const skipped: { name: string; reason: string }[] = [];
  const tell = (what: string): void =>
    context.progress(outcomes.length + skipped.length, tasks.length, what);
  tell('incidents');
  await runPool(tasks, amount.workers, amount.startWorker, {
    done: (task, outcome) => {
      outcomes.push(outcome);
      tell(task.truth);
    },
    failed: ({ truth, number }, { message }) => {
      skipped.push({ name: `${truth} ${number}`, reason: message });
      tell(`${truth} failed`);
    },
  });
  // Results must not depend on which process was faster.
  outcomes.sort((a, b) => a.truth.localeCompare(b.truth) || a.number - b.number);
  return sectionOf(outcomes, skipped);
}

const isIncident = (outcome: CauseOutcome): outcome is IncidentOutcome =>
  outcome.truth !== 'healthy';
const isHealthyRun = (outcome: CauseOutcome): outcome is HealthyOutcome =>
  outcome.truth === 'healthy';

export function sectionOf(outcomes: readonly CauseOutcome[], skipped: Section['skipped']): Section {
  const incidents = outcomes.filter(isIncident);
  const healthy = outcomes.filter(isHealthyRun);
  const alarms = healthy.flatMap((outcome) => outcome.alarms).length;
  const seconds = (values: readonly number[], q: number): number => quantileOf(values, q) / 1000;
  const detected = detectedAfterMs(incidents);
  const named = rightAfterMs(incidents);
  const wrong = wrongRows(incidents);
  const stated = statedOf(incidents);
  return {
    name: 'causes',
    method: METHOD,
    tables: [
      { title: `${incidents.length} incidents by what was done`, rows: byCause(incidents) },
      { title: 'by severity', rows: bySeverity(incidents) },
      { title: 'healthy runs', rows: [healthyRow(healthy)] },
      { title: 'first names by their stated probability', rows: reliabilityRows(stated) },
      ...(wrong.length === 0 ? [] : [{ title: 'not named right at first', rows: wrong }]),
    ],
    figures: [
      figure('first cause right', rightShare(incidents, firstOf), { atLeast: TARGET }),
      figure('last cause right', rightShare(incidents, lastOf)),
      figure('Brier score of the first name', brierScore(stated)),
      figure('detected', detected.length / incidents.length),
      figure('seconds to detect, p50', seconds(detected, 0.5)),
      figure('seconds to detect, p95', seconds(detected, 0.95)),
      figure('seconds to the right name, p50', seconds(named, 0.5)),
      figure('seconds to the right name, p95', seconds(named, 0.95)),
      figure('healthy hours', hoursOf(healthy)),
      figure('false alarms per healthy hour', alarms / hoursOf(healthy)),
    ],
    skipped,
  };
}
