/** Entries that all unused next hops together may have before only the spares stay. */
const MAX_SPARE_SHARE = 0.015;
/** Next hops that stay in a group whatever their load: one more failure must leave a path. */
const KEEP_NEXT_HOPS = 2;

/**
 * Weights in grid entries for shares of the next hops, by largest remainder: of all roundings with
 * the same sum it has the least largest error, below one entry for each next hop. Two next hops
 * stay in the group at least, and all usable ones where the grid is so fine that an entry is next to
 * nothing; what they take is taken from the largest.
 */
export function roundToGrid(
  shares: readonly number[],
  usable: readonly boolean[],
  gridEntries: number,
): readonly number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (!(total > 0)) return shares.map(() => 0);
  const exact = shares.map((share) => (share / total) * gridEntries);
  const weights = exact.map(Math.floor);
  const order = exact
    .map((value, at) => ({ at, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest || a.at - b.at);
  let left = gridEntries - weights.reduce((sum, weight) => sum + weight, 0);
  for (const { at } of order) {
    if (left <= 0) break;
    weights[at]! += 1;
    left--;
  }
  const unused = weights
    .map((_, at) => at)
    .filter((at) => weights[at] === 0 && usable[at] === true);
  const used = weights.filter((weight) => weight > 0).length;
  const wanted =
    unused.length <= MAX_SPARE_SHARE * gridEntries
      ? unused.length
      : Math.max(0, KEEP_NEXT_HOPS - used);
  for (const at of unused.sort((a, b) => exact[b]! - exact[a]! || a - b).slice(0, wanted)) {
    const largest = weights.reduce((top, weight, i) => (weight > weights[top]! ? i : top), 0);
    if (weights[largest]! < 2) break;
    weights[largest]! -= 1;
    weights[at] = 1;
  }
  return weights;
}

/** What a group with these weights does with the traffic. */
export function sharesOf(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? weight / total : 0));
}
