import type { FillProblem } from '@weir/core/ports';

/**
 * Weights in entries of an ECMP group that level what is left on the next hops: traffic in
 * proportion to the residual capacity (water-filling for one divisible commodity against linear
 * loads), rounded to the grid by largest remainder. Next hops without residual get nothing, except
 * as many as `keepAtLeast` asks for, which keep one entry so that one more failure leaves a path.
 */
export function fillWeights(problem: FillProblem): readonly number[] {
  const { residualBps, gridEntries, keepAtLeast } = problem;
  const count = residualBps.length;
  if (count === 0) return [];
  const residual = residualBps.map((value) => (value > 0 ? value : 0));
  const total = residual.reduce((sum, value) => sum + value, 0);
  if (total === 0) return residual.map(() => Math.max(1, Math.floor(gridEntries / count)));
  const exact = residual.map((value) => (value / total) * gridEntries);
  const weights = exact.map(Math.floor);
  const order = exact
    .map((value, i) => ({ i, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.i - b.i);
  let left = gridEntries - weights.reduce((sum, value) => sum + value, 0);
  for (const { i } of order) {
    if (left <= 0) break;
    weights[i] = (weights[i] ?? 0) + 1;
    left--;
  }
  return keepSome(weights, residual, Math.min(keepAtLeast, count));
}

/** Gives one entry, taken from the largest, to the best of the unused until enough are in use. */
function keepSome(weights: number[], residual: readonly number[], keep: number): readonly number[] {
  const used = (): number => weights.filter((weight) => weight > 0).length;
  while (used() < keep) {
    const unused = weights.map((_, i) => i).filter((i) => weights[i] === 0);
    const best = unused.reduce((top, i) => ((residual[i] ?? 0) > (residual[top] ?? 0) ? i : top));
    const largest = weights.reduce((top, weight, i) => (weight > (weights[top] ?? 0) ? i : top), 0);
    if ((weights[largest] ?? 0) > 1) weights[largest] = (weights[largest] ?? 0) - 1;
    weights[best] = 1;
  }
  return weights;
}
