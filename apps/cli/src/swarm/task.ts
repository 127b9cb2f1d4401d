import type { SeedResult } from '@weir/swarm';

/** Seeds that one process runs one after the other. */
export interface SwarmTask {
  readonly seeds: readonly number[];
  readonly faults: readonly string[] | 'all';
}

export interface SwarmOutcome {
  readonly result: SeedResult;
  /** Of a seed that failed: whether a second run went the same way, event for event. */
  readonly replayIdentical: boolean | null;
}
