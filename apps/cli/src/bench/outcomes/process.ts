import type { RunOutcome, RunTask } from './figures';
import { serveTasks } from './pool';
import { runTask } from './run-task';

/** Entry point of a child process: runs one scenario after the other as it is told. */
serveTasks<RunTask, RunOutcome>(runTask);
