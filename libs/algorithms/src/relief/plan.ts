import type { ReliefMethod, ReliefProblem } from '@weir/core/ports';
import { roundToGrid, sharesOf } from './grid';
import { isUsable, Loads, movedShare } from './loads';
import type { Shares } from './whole-moves';

/** Weights on the grid, and what they come to. */
export interface Judged {
  readonly method: ReliefMethod;
  readonly weights: readonly (readonly number[] | null)[];
  readonly after: number;
  /** Share of the items' traffic that moves. */
  readonly churn: number;
}

/** Less than this share of an item is no move. */
const SAME_SHARE = 0.01;
/**
 * What moving all of the traffic has to gain, in utilisation of the hottest channel: flows that move
 * arrive out of order and find cold queues.
 */
const CHURN_PRICE = 0.1;
/** Rounding of sums. */
const SLACK = 1e-6;

/**
 * Rounds shares to the devices' grids and judges what is left of them: items that hardly move stay,
 * and so do those whose move the hottest channel does not need, or needs for less than it costs.
 * Null where another channel would get hotter than the hottest of those that matter is now.
 */
export function judge(problem: ReliefProblem, method: ReliefMethod, shares: Shares): Judged | null {
  const loads = new Loads(problem);
  const before = loads.hottest();
  const weights = problem.items.map((item, i) => {
    const wanted = shares[i] ?? null;
    if (wanted === null) return null;
    const usable = item.choices.map((_, at) => isUsable(problem, item, at));
    const rounded = roundToGrid(wanted, usable, item.gridEntries);
    if (!(movedShare(item.present, sharesOf(rounded)) > SAME_SHARE)) return null;
    loads.move(item, item.present, sharesOf(rounded));
    return rounded;
  });
  takeBack(problem, loads, weights);
  if (!withinGroups(problem, weights)) return null;
  const limit = Math.max(before, loads.hottest()) * (1 + SLACK);
  for (const [i, own] of weights.entries())
    if (own !== null)
      for (const { channels } of problem.items[i]!.choices)
        for (const c of channels) {
          const capacityBps = problem.capacityBps[c] ?? 0;
          const was = capacityBps > 0 ? (problem.loadBps[c] ?? 0) / capacityBps : 0;
          if (loads.ratio(c) > Math.max(limit, was * (1 + SLACK))) return null;
        }
  return { method, weights, after: loads.hottest(), churn: churnOf(problem, weights) };
}

/** What a result costs: heat above the target, and movement. */
export const costOf = ({ targetRatio }: ReliefProblem, { after, churn }: Judged): number =>
  Math.max(after, targetRatio) + CHURN_PRICE * churn;

function churnOf({ items }: ReliefProblem, weights: Judged['weights']): number {
  let [moved, total] = [0, 0];
  items.forEach((item, i) => {
    total += item.bps;
    const own = weights[i] ?? null;
    if (own !== null) moved += item.bps * movedShare(item.present, sharesOf(own));
  });
  return total > 0 ? moved / total : 0;
}

/** Puts back what need not have moved, the smallest first: the others may then stay the only ones. */
function takeBack(
  problem: ReliefProblem,
  loads: Loads,
  weights: (readonly number[] | null)[],
): void {
  const { items, targetRatio } = problem;
  const total = items.reduce((sum, { bps }) => sum + bps, 0);
  const hottest = loads.hottest();
  let allowed = Math.max(hottest, targetRatio) * (1 + SLACK);
  const order = items
    .map((item, i) => ({ item, i, bps: item.bps }))
    .filter(({ i }) => weights[i] !== null)
    .sort((a, b) => a.bps - b.bps || a.i - b.i);
  for (const { item, i } of order) {
    const shares = sharesOf(weights[i]!);
    loads.move(item, shares, item.present);
    const worth = (CHURN_PRICE * item.bps * movedShare(item.present, shares)) / total;
    let top = 0;
    item.choices.forEach(({ channels }, at) => {
      if ((item.present[at] ?? 0) > 0)
        for (const c of channels) top = Math.max(top, loads.ratio(c));
    });
    if (top <= allowed + worth) {
      allowed = Math.max(allowed, top);
      weights[i] = null;
    } else loads.move(item, item.present, shares);
  }
}

function withinGroups({ items, maxGroups }: ReliefProblem, weights: Judged['weights']): boolean {
  const groups = new Set<number>();
  weights.forEach((own, i) => {
    if (own !== null) groups.add(items[i]!.group);
  });
  return groups.size <= maxGroups;
}
