import { descend } from './descent';
import { evenSplit, type PathProblem } from './path-problem';
import { sweep, type Splits, type SweepOptions } from './sweep';

/** Sharper and sharper: each descent starts where the one before ended. */
const SHARPNESS = [40, 120, 400, 1200];
const STEPS = 80;

/**
 * Splits that minimise the maximum link utilisation, with a bound that says how far they can be from
 * the best. Sweeps find it on leaf-spine fabrics, where commodities share no way but their ends; in
 * other networks one commodity alone can have no better place while several together have. The bound
 * then shows the gap, and a descent that moves all of them at once goes on from there.
 */
export function minMaxUtilization(
  problem: PathProblem,
  demand: ArrayLike<number>,
  options: SweepOptions = {},
): Splits {
  const tolerance = options.tolerance ?? 1e-3;
  let best = sweep(problem, demand, options);
  let from = evenSplit(problem);
  for (const sharpness of SHARPNESS) {
    if (best.lowerBound >= best.mlu * (1 - tolerance)) break;
    const scenarios = [{ demand, optimum: best.mlu }];
    from = descend(problem, scenarios, from, { caution: 0, steps: STEPS, sharpness });
    const next = sweep(problem, demand, { ...options, start: from });
    const lowerBound = Math.max(best.lowerBound, next.lowerBound);
    best = next.mlu < best.mlu ? { ...next, lowerBound } : { ...best, lowerBound };
  }
  return best;
}
