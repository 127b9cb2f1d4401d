import { eventText, runSeed, type SeedResult } from '@weir/swarm';
import type { SwarmTask } from './task';

/** Runs one seed in this process and hands over each event of its timeline as a line of JSON. */
export const runOneSeed = (
  seed: number,
  faults: SwarmTask['faults'],
  line: (text: string) => void,
): Promise<SeedResult> =>
  runSeed(seed, { faults, watch: (event) => line(`${eventText(event)}\n`) });
