import { commodityCount, minMaxUtilization, mluOf, type PathProblem } from '@weir/algorithms';
import { policiesOf, type Policy } from './policies';
import type { TrafficSet } from './traffic-set';

export interface PolicyResult {
  readonly name: string;
  /** MLU / optimum of each matrix judged. */
  readonly ratios: readonly number[];
  /** Milliseconds for each split. */
  readonly solveMs: readonly number[];
  /** Share 0..1 of all demand that moved to another path, from one matrix to the next. */
  readonly moved: readonly number[];
}

export interface SetResult {
  readonly policies: readonly PolicyResult[];
  /** How far the solver's own optimum of the same matrix is from the published one, relative. */
  readonly gaps: readonly number[];
  /** What the solver's certificate leaves open, relative. */
  readonly open: readonly number[];
}

/** Neighbouring matrices: those from `from` are observed, those from `judged` up to `to` judged. */
export interface Window {
  readonly from: number;
  readonly judged: number;
  readonly to: number;
}

/** Judges splits by the matrix that came after those they were made from; policies start anew. */
export function evaluate(
  set: TrafficSet,
  windows: readonly Window[],
  now: () => number,
  onMatrix: () => void,
): SetResult {
  const gaps: number[] = [];
  const open: number[] = [];
  const results = windows.map((window) => {
    const policies = policiesOf(set).map((policy) => new Judged(set, policy, now));
    for (let at = window.from; at < window.to; at++) {
      const demand = set.matrices[at]!;
      const optimum = at < window.judged ? 0 : optimumOf(set, at, gaps, open);
      for (const policy of policies) {
        if (optimum > 0) policy.judge(demand, optimum);
        policy.observe(demand);
      }
      onMatrix();
    }
    return policies;
  });
  const policies = policiesOf(set).map(({ name }, i) => ({
    name,
    ratios: results.flatMap((window) => window[i]!.ratios),
    solveMs: results.flatMap((window) => window[i]!.solveMs),
    moved: results.flatMap((window) => window[i]!.moved),
  }));
  return { policies, gaps, open };
}

class Judged {
  readonly ratios: number[] = [];
  readonly solveMs: number[] = [];
  readonly moved: number[] = [];
  private before: Float64Array | null = null;
  /** What observing the matrix before took: some policies do their work then. */
  private observeMs = 0;

  constructor(
    private readonly set: TrafficSet,
    private readonly policy: Policy,
    private readonly now: () => number,
  ) {}

  observe(demand: Float64Array): void {
    const startedMs = this.now();
    this.policy.observe(demand);
    this.observeMs = this.now() - startedMs;
  }

  judge(demand: Float64Array, optimum: number): void {
    const { problem } = this.set;
    const startedMs = this.now();
    const split = this.policy.split();
    this.solveMs.push(this.now() - startedMs + this.observeMs);
    this.ratios.push(mluOf(problem, demand, split) / optimum);
    if (this.before !== null) this.moved.push(movedShare(problem, demand, this.before, split));
    this.before = split;
  }
}

function optimumOf(set: TrafficSet, at: number, gaps: number[], open: number[]): number {
  const own = minMaxUtilization(set.problem, set.matrices[at]!);
  if (own.mlu === 0) return 0;
  open.push(1 - own.lowerBound / own.mlu);
  const published = set.optima?.[at];
  if (published === undefined) return own.mlu;
  gaps.push(own.mlu / published - 1);
  return published;
}

/** Share of the demand that is on another path than before. */
export function movedShare(
  problem: PathProblem,
  demand: ArrayLike<number>,
  before: Float64Array,
  after: Float64Array,
): number {
  let [moved, total] = [0, 0];
  for (let k = 0; k < commodityCount(problem); k++) {
    total += demand[k]!;
    for (let p = problem.pathStart[k]!; p < problem.pathStart[k + 1]!; p++)
      moved += (demand[k]! * Math.abs(after[p]! - before[p]!)) / 2;
  }
  return total === 0 ? 0 : moved / total;
}
