import { fork } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './mutant';
import { nothingFound, type MutantOutcome, type MutantTask } from './task';

/** A mutant may turn in circles for ever: its process is ended after this. */
const LONGEST_MS = 900_000;

/** Runs each task in a process of its own, `size` of them at once; results in order of the tasks. */
export async function runMutants(
  tasks: readonly MutantTask[],
  size: number,
  done: (outcome: MutantOutcome) => void = () => undefined,
): Promise<readonly MutantOutcome[]> {
  const outcomes: MutantOutcome[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let i = next++; i < tasks.length; i = next++) {
      const outcome = await runOne(tasks[i] as MutantTask);
      outcomes[i] = outcome;
      done(outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(size, tasks.length) }, lane));
  return outcomes;
}

function runOne(task: MutantTask): Promise<MutantOutcome> {
  const child = fork(join(__dirname, 'child.ts'), {
    execArgv: ['-r', join(ROOT, 'tools/register-typescript.cjs')],
    cwd: ROOT,
  });
  return new Promise((resolve) => {
    const failed = (error: string): MutantOutcome => nothingFound(task.mutant, error);
    const watchdog = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
    let outcome = failed('the process ended without an answer');
    child.on('message', (answer: MutantOutcome) => (outcome = answer));
    child.on('error', (error) => (outcome = failed(error.message)));
    child.on('exit', () => {
      clearTimeout(watchdog);
      resolve(outcome);
    });
    child.send(task);
  });
}
