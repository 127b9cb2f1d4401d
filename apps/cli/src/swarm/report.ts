import {
  coverageOf,
  FAULT_OPTIONS,
  type Coverage,
  type SeedResult,
  type Violation,
} from '@weir/swarm';
import type { SwarmOutcome, SwarmTask } from './task';

export interface Asked {
  readonly from: number;
  readonly seeds: number;
  readonly faults: SwarmTask['faults'];
}

/** Seeds whose process ended before it could answer. */
export interface BrokenSeeds {
  readonly seeds: readonly number[];
  readonly error: string;
}

export interface FailingSeed {
  readonly seed: number;
  readonly options: readonly string[];
  readonly violations: readonly Violation[];
  readonly timelineHash: string;
  readonly replayIdentical: boolean;
  /** The command that runs this seed alone. */
  readonly replay: string;
}

export interface SwarmReport {
  readonly asked: Asked;
  /** Seeds that were run to the end. */
  readonly done: number;
  readonly elapsedMs: number;
  /** Time that went by in the simulated worlds, all seeds together. */
  readonly virtualMs: number;
  readonly failing: readonly FailingSeed[];
  readonly broken: readonly BrokenSeeds[];
  readonly coverage: Coverage;
}

export function reportOf(
  asked: Asked,
  outcomes: readonly SwarmOutcome[],
  broken: readonly BrokenSeeds[],
  elapsedMs: number,
): SwarmReport {
  const results = outcomes.map(({ result }) => result);
  return {
    asked,
    done: results.length,
    elapsedMs,
    virtualMs: results.reduce((sum, { virtualMs }) => sum + virtualMs, 0),
    failing: outcomes
      .filter(({ result }) => result.violations.length > 0)
      .map(({ result, replayIdentical }) =>
        failingOf(result, replayIdentical === true, asked.faults),
      ),
    broken,
    coverage: coverageOf(results, FAULT_OPTIONS),
  };
}

const failingOf = (
  { seed, options, violations, timelineHash }: SeedResult,
  replayIdentical: boolean,
  faults: SwarmTask['faults'],
): FailingSeed => ({
  seed,
  options,
  violations,
  timelineHash,
  replayIdentical,
  replay: replayLine(seed, faults),
});

export const replayLine = (seed: number, faults: SwarmTask['faults']): string =>
  `weir sim --seeds 1 --from ${seed} --faults ${faults === 'all' ? 'all' : faults.join(',')}`;

/** Whether all that was asked for was done, and nothing was found. */
export const isClean = ({ asked, done, failing, broken }: SwarmReport): boolean =>
  done === asked.seeds && failing.length === 0 && broken.length === 0;
