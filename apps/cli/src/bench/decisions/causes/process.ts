import { serveTasks } from '../../outcomes/pool';
import { runCauseTask } from './run-task';
import type { CauseOutcome, CauseTask } from './task';

/** Entry point of a child process: plays one incident after the other as it is told. */
serveTasks<CauseTask, CauseOutcome>(runCauseTask);
