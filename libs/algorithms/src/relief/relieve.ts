import type { ReliefProblem, ReliefResult } from '@weir/core/ports';
import { commodityCount, minMaxUtilization, pathCount, sweep } from '../traffic-engineering';
import { certificate } from './certificate';
import { Loads } from './loads';
import { costOf, judge, type Judged } from './plan';
import { programOf, sharesOfSplit, splitForm } from './split-program';
import { fewestMoves, firstFit, type Shares } from './whole-moves';

/** With less than this to gain, as a share, no reroute is worth a change. */
const NO_ROOM = 0.02;
/** A result this close to its bound is as good as the best. */
const CLOSE = 0.01;
/** This little above the target is what rounding does, and no reason to move more. */
const NEAR_TARGET = 0.04;
/** Paths up to which everything that can prove an optimum is tried; above, sweeps alone. */
const THOROUGH_PATHS = 3_000;

/**
 * New weights that cool the hottest of the relevant channels. First a certificate: where a cut is so
 * full that no weights can help, nothing is proposed. Then the fewest whole moves that reach the
 * target; where they do not, Global First Fit for the elephants and sweeps over the whole problem,
 * with what somebody else worked out if there is such; the least of heat and movement counts. Each
 * is judged after rounding to the weights that devices have. What the sweeps leave open by more than
 * a percent is handed out, for an exact solver.
 */
export function relieve(problem: ReliefProblem): ReliefResult {
  const before = new Loads(problem).hottest();
  const lowerBound = certificate(problem);
  const still = problem.items.map(() => null);
  const stay = { weights: still, before, after: before, lowerBound, churn: 0, open: null };
  if (Number.isFinite(before) && lowerBound >= before * (1 - NO_ROOM))
    return { ...stay, method: 'certificate' };
  const whole = chain(problem, lowerBound);
  const chosen = whole.best === null ? null : partly(problem, before, lowerBound, whole.best);
  if (chosen === null) return { ...stay, method: 'none', open: whole.open };
  return { ...chosen, before, lowerBound, open: whole.open };
}

/** The same with a step of the improvement only, where less than all of it is to be moved. */
function partly(
  problem: ReliefProblem,
  before: number,
  lowerBound: number,
  whole: Judged,
): Judged | null {
  if (problem.step >= 1 || !Number.isFinite(before)) return whole;
  const targetRatio = before - problem.step * (before - whole.after);
  if (targetRatio <= problem.targetRatio) return whole;
  return chain({ ...problem, targetRatio }, lowerBound).best;
}

interface Chain {
  readonly best: Judged | null;
  readonly open: ReliefResult['open'];
}

function chain(problem: ReliefProblem, lowerBound: number): Chain {
  const moves = fewestMoves(problem);
  const first = judge(problem, 'min-churn', moves);
  const enough = Math.max(problem.targetRatio * (1 + NEAR_TARGET), lowerBound * (1 + CLOSE));
  if (first !== null && first.after <= enough) return { best: first, open: null };
  const elephants = problem.items.some(({ isElephant }) => isElephant);
  const fitted = elephants ? judge(problem, 'first-fit', firstFit(problem)) : null;
  const split = splitOf(problem, moves);
  const proposed =
    problem.proposed === undefined ? null : judge(problem, 'exact', problem.proposed);
  const found = [first, fitted, split.best, proposed].filter((item) => item !== null);
  const best = found.reduce<Judged | null>(
    (top, item) => (top === null || costOf(problem, item) < costOf(problem, top) ? item : top),
    null,
  );
  return { best, open: split.open };
}

function splitOf(problem: ReliefProblem, moves: Shares): Chain {
  const form = splitForm(problem, moves);
  if (form === null) return { best: null, open: null };
  const solve =
    pathCount(form.problem) + commodityCount(form.problem) > THOROUGH_PATHS
      ? sweep
      : minMaxUtilization;
  const goal = problem.targetRatio;
  const { split, mlu, lowerBound } = solve(form.problem, form.demand, {
    start: form.start,
    tolerance: CLOSE / 2,
    goal,
  });
  const best = judge(problem, 'sweep', sharesOfSplit(problem, form, split, moves));
  const isOpen = mlu > Math.max(lowerBound, goal) * (1 + CLOSE);
  const { items, choices } = form;
  const open = { program: programOf(form), items, choices, utilization: mlu, lowerBound };
  return { best, open: isOpen ? open : null };
}
