import { serveTasks } from '../../outcomes/pool';
import type { VerdictRun, VerdictTask } from './run';
import { runVerdictTask } from './run-task';

/** Entry point of a child process: lives through one incident after the other as it is told. */
serveTasks<VerdictTask, VerdictRun>(runVerdictTask);
