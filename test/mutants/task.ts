import type { Violation } from '@weir/swarm';

/** What a child process is asked to do. */
export interface MutantTask {
  /** Null: the sources as they are. */
  readonly mutant: string | null;
  /** Run one after the other until one has a violation; of the sources as they are, all of them. */
  readonly runs: readonly SwarmRun[];
}

/** A seed and the fault options that it may draw from, or exactly those that it has on. */
export interface SwarmRun {
  readonly seed: number;
  readonly faults: readonly string[] | 'all';
}

export interface MutantOutcome {
  readonly mutant: string | null;
  /** Seeds that were run. */
  readonly ran: number;
  /** The first seed with a violation, the options that it had on, and its first violation. */
  readonly seed: number | null;
  readonly faults: readonly string[];
  readonly violation: Violation | null;
  /** All seeds with violations. */
  readonly failing: readonly number[];
  /** Why the run itself failed, if it did. */
  readonly error: string | null;
}

export const nothingFound = (mutant: string | null, error: string | null): MutantOutcome => ({
  mutant,
  ran: 0,
  seed: null,
  faults: [],
  violation: null,
  failing: [],
  error,
});
