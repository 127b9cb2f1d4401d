import { descend } from './descent';
import { interiorPoint } from './interior-point';
import { boundByPrices } from './lower-bound';
import { commodityCount, evenSplit, mluOf, pathCount, type PathProblem } from './path-problem';
import { sweep, type Splits, type SweepOptions } from './sweep';

/** Sharper and sharper: each descent starts where the one before ended. */
const SHARPNESS = [40, 120, 400, 1200];
const STEPS = 80;
/** Paths and commodities up to which the linear program is solved as it is. */
const SMALL = 320;

/**
 * Splits that minimise the maximum link utilisation, with a bound that says how far they can be from
 * the best. Sweeps find it on leaf-spine fabrics, where commodities share no way but their ends; in
 * other networks one commodity alone can have no better place while several together have. The bound
 * then shows the gap, and a method that moves all of them at once goes on: an interior point method
 * in small networks, else a descent.
 */
export function minMaxUtilization(
  problem: PathProblem,
  demand: ArrayLike<number>,
  options: SweepOptions = {},
): Splits {
  const { tolerance = 1e-3, goal = 0 } = options;
  const isDone = (): boolean => best.mlu <= goal || best.lowerBound >= best.mlu * (1 - tolerance);
  let best = sweep(problem, demand, options);
  if (!isDone() && pathCount(problem) + commodityCount(problem) <= SMALL)
    best = better(problem, demand, best);
  let from = evenSplit(problem);
  for (const sharpness of SHARPNESS) {
    if (isDone()) break;
    const scenarios = [{ demand, optimum: best.mlu }];
    from = descend(problem, scenarios, from, { caution: 0, steps: STEPS, sharpness });
    const next = sweep(problem, demand, { ...options, start: from });
    const lowerBound = Math.max(best.lowerBound, next.lowerBound);
    best = next.mlu < best.mlu ? { ...next, lowerBound } : { ...best, lowerBound };
  }
  return best;
}

/** The split and the bound of the interior point method where they are better. */
function better(problem: PathProblem, demand: ArrayLike<number>, known: Splits): Splits {
  const { split, prices } = interiorPoint(problem, demand);
  const bound = boundByPrices(problem, demand, prices);
  const mlu = mluOf(problem, demand, split);
  const best = mlu < known.mlu ? { split, mlu } : { split: known.split, mlu: known.mlu };
  return { ...best, lowerBound: Math.min(best.mlu, Math.max(known.lowerBound, bound)) };
}
