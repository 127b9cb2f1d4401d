import type { SplitProgram } from './relief';

export interface SolvedSplit {
  /** Share 0..1 of each path in its commodity, as many as the program has paths. */
  readonly split: Float64Array;
  /** Largest utilisation with it; proved to be the least. */
  readonly utilization: number;
}

/**
 * Solves a linear program exactly, somewhere that does not hold up the loop. Rejects with an `Error`
 * that says why there is no optimum: out of time, or the solver failed. Never later than a little
 * after `limitMs`; programs wait for each other, and that counts.
 */
export interface ExactSolver {
  /** Names the method in decisions, e.g. `highs`. */
  readonly name: string;
  solve(program: SplitProgram, limitMs: number): Promise<SolvedSplit>;
  /** What is being solved is given up. */
  close(): Promise<void>;
}
