import { serveTasks } from '../bench/outcomes/pool';
import { runTask } from './run-task';
import type { SwarmOutcome, SwarmTask } from './task';

/** Entry point of a child process: runs one share of the seeds after the other as it is told. */
serveTasks<SwarmTask, readonly SwarmOutcome[]>(runTask);
