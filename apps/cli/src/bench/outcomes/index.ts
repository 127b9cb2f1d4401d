/**
 * `weir bench outcomes`: what the loop is worth. Every scenario is played with several seeds, each
 * of them without the loop, with it, and with a fabric that is never in the way; the report has the
 * figures with their intervals, what the loop changed, whether its verdicts were true, and how far
 * the targets of the project are reached.
 */
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { RunOutcome, RunTask } from './figures';
import { ProcessWorker } from './pool';

export { runOutcomes, writeOutcomes, type Outcomes, type OutcomesOptions } from './outcomes';
export type { OutcomesReport } from './report';
export { outcomesText } from './text';

export const startProcess = (): ProcessWorker<RunTask, RunOutcome> =>
  new ProcessWorker(join(__dirname, 'process.js'));

/** One process for each core by default. */
export const defaultWorkers = (): number => cpus().length;
