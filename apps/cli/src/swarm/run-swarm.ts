import { FAULT_OPTIONS } from '@weir/swarm';
import { progressLine } from '../bench/outcomes/progress';
import { runPool, type Worker } from '../bench/outcomes/pool';
import { CliError } from '../cli-error';
import { reportOf, type BrokenSeeds, type SwarmReport } from './report';
import type { SwarmOutcome, SwarmTask } from './task';

/** Seeds that a process is given at a time: few enough for progress, enough to pay for the way. */
const SEEDS_PER_TASK = 10;

export interface SwarmOptions {
  readonly from: number;
  readonly seeds: number;
  readonly faults: readonly string[] | 'all';
  readonly workers: number;
  readonly startWorker: () => Worker<SwarmTask, readonly SwarmOutcome[]>;
  /** Shows the state of the run; each call replaces the last one. */
  readonly progress: (line: string) => void;
  readonly now: () => number;
  /** Ends the run early; the report is of what is done by then. */
  readonly signal?: AbortSignal;
}

/** Runs seeds `from`, `from + 1`... in processes of their own and brings the results together. */
export async function runSwarm(options: SwarmOptions): Promise<SwarmReport> {
  const { from, seeds, faults, now, signal } = options;
  const startedMs = now();
  const outcomes: SwarmOutcome[] = [];
  const broken: BrokenSeeds[] = [];
  let failing = 0;
  const tell = (): void => {
    const line = progressLine(outcomes.length, seeds, now() - startedMs);
    options.progress(failing === 0 ? line : `${line}, ${failing} with violations`);
  };
  tell();
  const listener = {
    done: (_task: SwarmTask, results: readonly SwarmOutcome[]): void => {
      outcomes.push(...results);
      failing += results.filter(({ result }) => result.violations.length > 0).length;
      tell();
    },
    failed: ({ seeds: lost }: SwarmTask, error: Error): void => {
      broken.push({ seeds: lost, error: error.message });
    },
  };
  const tasks = tasksOf(from, seeds, faults);
  await runPool(tasks, options.workers, options.startWorker, listener, signal);
  // Which process was faster must not show.
  outcomes.sort((a, b) => a.result.seed - b.result.seed);
  const asked = { from, seeds, faults };
  return reportOf(asked, outcomes, broken, now() - startedMs);
}

function tasksOf(from: number, count: number, faults: SwarmTask['faults']): SwarmTask[] {
  const seeds = Array.from({ length: count }, (_, index) => from + index);
  const tasks: SwarmTask[] = [];
  for (let i = 0; i < count; i += SEEDS_PER_TASK)
    tasks.push({ seeds: seeds.slice(i, i + SEEDS_PER_TASK), faults });
  return tasks;
}

/** `all`, or names of fault options separated by commas. */
export function faultsOf(text: string): readonly string[] | 'all' {
  if (text === 'all') return 'all';
  const known: readonly string[] = FAULT_OPTIONS.map(({ name }) => name);
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return [...new Set(names)].sort();
  throw new CliError({
    code: 'not-found',
    reason: unknown === '' ? 'a fault has no name' : `there is no fault "${unknown}"`,
    where: '--faults',
    hint: `all, or some of ${[...known].sort().join(', ')}`,
  });
}
