import { descend, type Scenario } from './descent';
import { minMaxUtilization } from './min-max-utilization';
import { evenSplit, type PathProblem } from './path-problem';

export interface HedgeOptions {
  /** Past matrices that the split is made for. */
  readonly scenarios: number;
  /** 0: the mean over the scenarios alone; 1: the worst of them alone. */
  readonly caution: number;
  /** Steps of the descent for each new matrix. */
  readonly steps: number;
}

export const DEFAULT_HEDGE: HedgeOptions = { scenarios: 48, caution: 0.2, steps: 60 };

const LINK_SHARPNESS = 60;

/**
 * Splits for a matrix that nobody knows yet: not the best for one forecast, but the best on average
 * (and, by `caution`, at worst) over the recent matrices, each measured by MLU / its own optimum
 * (sample average approximation of the expected performance ratio). Chasing the last matrix is worse
 * at the tail than shortest paths; this is not. Exponentiated gradient on a soft maximum, from the
 * split of the matrix before, so that a new matrix costs a few steps and moves little.
 */
export class HedgedSplits {
  private readonly recent: Scenario[] = [];
  private split: Float64Array;
  private optimal: Float64Array | null = null;

  constructor(
    private readonly problem: PathProblem,
    private readonly options: HedgeOptions = DEFAULT_HEDGE,
  ) {
    this.split = evenSplit(problem);
  }

  /** Takes a matrix that was measured (by commodity) and returns shares by path for the next. */
  observe(demand: ArrayLike<number>): Float64Array {
    const own = Float64Array.from(demand);
    const start = this.optimal === null ? {} : { start: this.optimal };
    const best = minMaxUtilization(this.problem, own, { ...start, tolerance: 1e-2 });
    if (best.mlu > 0) {
      this.optimal = best.split;
      this.recent.push({ demand: own, optimum: best.mlu });
      if (this.recent.length > this.options.scenarios) this.recent.shift();
    }
    if (this.recent.length > 0)
      this.split = descend(this.problem, this.recent, this.split, {
        ...this.options,
        sharpness: LINK_SHARPNESS,
      });
    return this.split;
  }
}
