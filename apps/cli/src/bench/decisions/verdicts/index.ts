/**
 * Whether the loop judges its own changes rightly: incidents are drawn, the loop acts on them by
 * itself, and each of its verdicts is held against the same future with the change and without it.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { TRUTH_CAUSES, type TruthCause } from '@weir/closed-loop';
import { ProcessWorker, runPool, type Worker } from '../../outcomes/pool';
import type { Section, SectionContext, SectionRunner } from '../report';
import type { VerdictRun, VerdictTask } from './run';
import { tally } from './tally';

/** Incidents of each cause that stay, that pass by themselves, and healthy runs of two minutes. */
const AMOUNT = { stays: 10, passes: 8, healthy: 50 };
const FULL = 5;

/** What begins with an event that can end: a link, a workload. The others are settings. */
const PASSING: readonly TruthCause[] = [
  'congestion',
  'link-failure',
  'elephant-flow',
  'gray-loss',
  'gray-damage',
  'half-speed',
  'interference',
  'periodic-bursts',
];

const METHOD = [
  'each incident is drawn from the seed as in `causes`, and the loop acts on it in auto mode for 75 s after the onset; "passes": it ends by itself 6 to 30 s after the onset, about when a change is being judged',
  'the truth of a change: the world is copied just before its first write, and its future is run with it and without it, with the same arrivals and events; the quantile of its objective, the loss on the links it touches and the other objectives are compared over the time in which the loop judged it, 20 s at least, by the thresholds of the policy',
  'a verdict decides about the time after it: whether what was undone was good is therefore asked from the verdict on, for 20 s; whether it was good while it was judged stands beside it',
  'useless: no gain of 5 % in truth; harmful: beyond the harm limits of the policy in truth; good: a gain of 5 % in truth and no harm',
  'needless: a change on a healthy run, or for a cause outside the network (straggler, slow servers, hosts that cannot send), that is not good in truth',
  'intervals: Wilson, 95 %; a cause that is not felt opens no incident and has no change',
];

export const verdictsSection: SectionRunner = {
  name: 'verdicts',
  run: (context) => {
    const factor = context.full ? FULL : 1;
    const { stays, passes, healthy } = AMOUNT;
    return measureVerdicts(context, {
      stays: stays * factor,
      passes: passes * factor,
      healthy: healthy * factor,
      workers: availableParallelism(),
      startWorker: () => new ProcessWorker<VerdictTask, VerdictRun>(join(__dirname, 'process.js')),
    });
  },
};

export interface Amount {
  readonly stays: number;
  readonly passes: number;
  readonly healthy: number;
  readonly workers: number;
  readonly startWorker: () => Worker<VerdictTask, VerdictRun>;
}

/** All causes in turn, so that the share that is done tells how long the rest takes. */
export function tasksOf(
  seed: number,
  { stays, passes, healthy }: Pick<Amount, 'stays' | 'passes' | 'healthy'>,
): VerdictTask[] {
  const each = (
    count: number,
    causes: readonly VerdictTask['cause'][],
    course: VerdictTask['course'],
  ): VerdictTask[] =>
    Array.from({ length: count }, (_, i) =>
      causes.map((cause) => ({ cause, course, number: i + 1, seed })),
    ).flat();
  return [
    ...each(stays, TRUTH_CAUSES, 'stays'),
    ...each(passes, PASSING, 'passes'),
    ...each(healthy, ['healthy'], 'stays'),
  ];
}

export async function measureVerdicts(context: SectionContext, amount: Amount): Promise<Section> {
  const tasks = tasksOf(context.seed, amount);
  const runs: VerdictRun[] = [];
  const skipped: { name: string; reason: string }[] = [];
  const tell = (what: string): void =>
    context.progress(runs.length + skipped.length, tasks.length, what);
  tell('incidents');
  await runPool(tasks, amount.workers, amount.startWorker, {
    done: (task, run) => {
      runs.push(run);
      tell(nameOf(task));
    },
    failed: (task, { message }) => {
      skipped.push({ name: nameOf(task), reason: message });
      tell(`${nameOf(task)} failed`);
    },
  });
  // Results must not depend on which process was faster.
  runs.sort(({ task: a }, { task: b }) => nameOf(a).localeCompare(nameOf(b)));
  return { name: 'verdicts', method: METHOD, ...tally(runs), skipped };
}

const nameOf = ({ cause, course, number }: VerdictTask): string => `${cause} ${course} ${number}`;
