import type { PlacementItem, ReliefItem, ReliefProblem } from '@weir/core/ports';
import { globalFirstFit } from '../global-first-fit';
import { place } from '../placement';
import { isUsable } from './loads';

/** Shares by item; null leaves it as it is. */
export type Shares = readonly (readonly number[] | null)[];

/**
 * As few items as possible move as a whole, or in a few equal parts, until the hottest channel is
 * below the target, and by as much below it as the grid of weights may take away again.
 */
export function fewestMoves(problem: ReliefProblem): Shares {
  const parts: PlacementItem[] = [];
  const owner: number[] = [];
  problem.items.forEach((item, i) => {
    const part = item.parts === 1 ? item : { ...item, bps: item.bps / item.parts };
    for (let n = 0; n < item.parts; n++) {
      parts.push(part);
      owner.push(i);
    }
  });
  const finest = problem.items.reduce((least, item) => Math.min(least, item.gridEntries), Infinity);
  const targetRatio = problem.targetRatio * (1 - 1 / Math.max(8, finest));
  const { choices } = place({ ...problem, items: parts, targetRatio });
  const chosen: number[][] = problem.items.map(() => []);
  owner.forEach((i, at) => chosen[i]!.push(choices[at]!));
  return problem.items.map((item, i) => sharesOfParts(problem, item, chosen[i]!));
}

/** Parts that move go to their choice, those that stay are hashed by the weights in force. */
function sharesOfParts(
  problem: ReliefProblem,
  item: ReliefItem,
  choices: readonly number[],
): readonly number[] | null {
  const moved = choices.map((choice) =>
    choice >= 0 && isUsable(problem, item, choice) ? choice : -1,
  );
  if (moved.every((choice) => choice < 0)) return null;
  const total = item.weights.reduce((sum, weight) => sum + weight, 0);
  const staying = moved.filter((choice) => choice < 0).length / moved.length;
  const shares = item.weights.map((weight, at) =>
    isUsable(problem, item, at) && total > 0 ? (staying * weight) / total : 0,
  );
  for (const choice of moved) if (choice >= 0) shares[choice]! += 1 / moved.length;
  return shares;
}

/**
 * Global First Fit for the elephants: all of them are taken off, the largest first, and each takes
 * the first of its ways with room below the target, the one that it has before the others. One that
 * fits nowhere stays. Not more devices decide anew than may.
 */
export function firstFit(problem: ReliefProblem): Shares {
  const { items, capacityBps, targetRatio } = problem;
  const groups = decidingGroups(problem);
  const flows = items
    .map((item, i) => ({ item, i }))
    .filter(({ item }) => item.isElephant && groups.has(item.group))
    .sort((a, b) => b.item.bps - a.item.bps || a.i - b.i);
  const reserved = Float64Array.from(problem.loadBps);
  for (const { item } of flows)
    item.choices.forEach(({ channels, shares }, at) =>
      channels.forEach((c, k) => {
        reserved[c]! -= item.bps * (item.present[at] ?? 0) * (shares[k] ?? 1);
      }),
    );
  const room = Float64Array.from(capacityBps, (bps) => bps * targetRatio);
  const orders = flows.map(({ item }) =>
    item.choices
      .map((_, at) => at)
      .sort((a, b) => (item.present[b] ?? 0) - (item.present[a] ?? 0) || a - b),
  );
  const chosen = globalFirstFit(
    flows.map(({ item }, f) => ({
      demandBps: item.bps,
      paths: orders[f]!.map((at) => item.choices[at]!.channels),
    })),
    room,
    reserved,
  );
  const shares: (readonly number[] | null)[] = items.map(() => null);
  flows.forEach(({ item, i }, f) => {
    const choice = orders[f]![chosen[f]!];
    if (choice === undefined || (item.present[choice] ?? 0) > 0.99) return;
    shares[i] = item.choices.map((_, at) => (at === choice ? 1 : 0));
  });
  return shares;
}

/** Devices whose items put the most on channels that are too hot, as many as may decide anew. */
export function decidingGroups(problem: ReliefProblem): ReadonlySet<number> {
  const hot = new Set(
    problem.relevant.filter((c) => {
      const capacityBps = problem.capacityBps[c] ?? 0;
      return (problem.loadBps[c] ?? 0) > capacityBps * problem.targetRatio;
    }),
  );
  const share = new Map<number, number>();
  for (const item of problem.items) {
    let bps = 0;
    item.choices.forEach(({ channels, shares }, at) =>
      channels.forEach((c, k) => {
        if (hot.has(c)) bps += item.bps * (item.present[at] ?? 0) * (shares[k] ?? 1);
      }),
    );
    if (bps > 0) share.set(item.group, (share.get(item.group) ?? 0) + bps);
  }
  const order = [...share].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return new Set(order.slice(0, problem.maxGroups).map(([group]) => group));
}
