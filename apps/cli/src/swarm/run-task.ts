import { runSeed } from '@weir/swarm';
import type { SwarmOutcome, SwarmTask } from './task';

/** Runs the seeds of a task; one that fails is run once more, to know that it replays. */
export async function runTask({ seeds, faults }: SwarmTask): Promise<readonly SwarmOutcome[]> {
  const outcomes: SwarmOutcome[] = [];
  for (const seed of seeds) {
    const result = await runSeed(seed, { faults });
    const again = result.violations.length === 0 ? null : await runSeed(seed, { faults });
    const replayIdentical = again === null ? null : again.timelineHash === result.timelineHash;
    outcomes.push({ result, replayIdentical });
  }
  return outcomes;
}
