import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { CliError } from '../../cli-error';
import { VARIANTS, type RunOutcome, type RunTask } from './figures';
import { runPool, type Worker } from './pool';
import { progressLine } from './progress';
import { reportOf, type OutcomesReport } from './report';
import type { FailedRun } from './summary';
import { outcomesText } from './text';

export interface OutcomesOptions {
  /** Folder whose `*.yaml` are the scenarios. */
  readonly folder: string;
  /** Names without `.yaml`; null: all. */
  readonly only: readonly string[] | null;
  readonly seeds: number;
  readonly workers: number;
  /** Shows the state of the bench; each call replaces the last one. */
  readonly progress: (line: string) => void;
  readonly startWorker: () => Worker<RunTask, RunOutcome>;
  readonly now: () => number;
  /** Ends the bench early; the report is of what is done by then. */
  readonly signal?: AbortSignal;
}

export interface Outcomes {
  readonly report: OutcomesReport;
  readonly runs: readonly RunOutcome[];
}

/** Runs every scenario in every variant with every seed and brings the results together. */
export async function runOutcomes(options: OutcomesOptions): Promise<Outcomes> {
  const files = scenarioFiles(options.folder, options.only);
  const seeds = Array.from({ length: options.seeds }, (_, index) => index + 1);
  // Seeds outside, so that the share that is done tells how long the rest takes.
  const tasks = seeds.flatMap((seed) =>
    files.flatMap((file) => VARIANTS.map((variant): RunTask => ({ file, seed, variant }))),
  );
  const runs: RunOutcome[] = [];
  const failed: FailedRun[] = [];
  const startedMs = options.now();
  const tell = (last: string): void => {
    const done = runs.length + failed.length;
    const line = progressLine(done, tasks.length, options.now() - startedMs);
    options.progress(last === '' ? line : `${line}, ${last}`);
  };
  tell('');
  const listener = {
    done: (task: RunTask, run: RunOutcome): void => {
      runs.push(run);
      tell(nameOf(task));
    },
    failed: (task: RunTask, error: Error): void => {
      failed.push({ task, error: error.message });
      tell(`${nameOf(task)} failed`);
    },
  };
  await runPool(tasks, options.workers, options.startWorker, listener, options.signal);
  runs.sort((a, b) => order(a, b));
  return { report: reportOf(runs, failed, seeds, options.now() - startedMs), runs };
}

/** Results must not depend on which process was faster. */
function order(a: RunOutcome, b: RunOutcome): number {
  const name = a.scenario < b.scenario ? -1 : a.scenario > b.scenario ? 1 : 0;
  return name || a.seed - b.seed || VARIANTS.indexOf(a.variant) - VARIANTS.indexOf(b.variant);
}

const nameOf = ({ file, seed, variant }: RunTask): string =>
  `${basename(file, '.yaml')} seed ${seed} ${variant}`;

function scenarioFiles(folder: string, only: readonly string[] | null): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new CliError({
      code: 'request-invalid',
      reason: `there is no folder ${folder}`,
      where: '--scenarios',
    });
  const files = readdirSync(folder)
    .filter((file) => extname(file) === '.yaml')
    .sort();
  const names = files.map((file) => basename(file, '.yaml'));
  const unknown = only?.find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new CliError({
      code: 'not-found',
      reason: `there is no scenario "${unknown}" in ${folder}`,
      where: '--only',
      hint: `one of ${names.join(', ')}`,
    });
  if (files.length === 0)
    throw new CliError({
      code: 'not-found',
      reason: `there is no scenario (*.yaml) in ${folder}`,
      where: '--scenarios',
    });
  return names
    .filter((name) => only?.includes(name) ?? true)
    .map((name) => join(folder, `${name}.yaml`));
}

/** Writes the report for people and for programs, and every single run, into a folder. */
export function writeOutcomes(folder: string, { report, runs }: Outcomes): void {
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('outcomes.txt', outcomesText(report));
  write('outcomes.json', `${JSON.stringify(report, null, 2)}\n`);
  write('runs.json', `${JSON.stringify(runs, null, 2)}\n`);
}
