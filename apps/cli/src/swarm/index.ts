/**
 * `weir sim --seeds N`: swarms of seeded faults around the real engine, on all cores. Loaded when
 * asked for, since it brings in the engine and everything around it.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ProcessWorker, type Worker } from '../bench/outcomes/pool';
import { runTask } from './run-task';
import type { SwarmOutcome, SwarmTask } from './task';

export { faultEntries, faultListText } from './fault-list';
export { runOneSeed } from './one-seed';
export { isClean, reportOf, type SwarmReport } from './report';
export { faultsOf, runSwarm, type SwarmOptions } from './run-swarm';
export { swarmText } from './swarm-text';

export const startProcess = (): ProcessWorker<SwarmTask, readonly SwarmOutcome[]> =>
  new ProcessWorker(join(__dirname, 'process.js'));

/** For a single seed a process of its own does not pay. */
export const inThisProcess = (): Worker<SwarmTask, readonly SwarmOutcome[]> => ({
  run: runTask,
  close: () => undefined,
});

export const defaultWorkers = (): number => availableParallelism();
