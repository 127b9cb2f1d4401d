/** Entries that all unused next hops together may have before only one of them stays as a spare. */
const MAX_SPARE_SHARE = 0.015;

/**
 * Weights in grid entries for shares of the next hops. Two next hops stay in use at least, so that
 * one more failure leaves a path; all of them stay, with an entry each, where the grid is so fine
 * that this is next to nothing, since what is taken out of a device cannot be put back by weight.
 * `usable` says which next hops may be spares.
 */
export function gridWeights(
  shares: readonly number[],
  usable: readonly boolean[],
  gridEntries: number,
): readonly number[] {
  const total = shares.reduce((sum, share) => sum + share, 0);
  const exact = shares.map((share) => (total > 0 ? (share / total) * gridEntries : 0));
  const weights = exact.map((value) => (value > 0 ? Math.max(1, Math.floor(value)) : 0));
  const spares = shares
    .map((_, i) => i)
    .filter((i) => weights[i] === 0 && usable[i] === true)
    .slice(0, sparesWanted(weights, gridEntries));
  for (const i of spares) weights[i] = 1;
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const largest = weights.reduce((top, weight, i) => (weight > (weights[top] ?? 0) ? i : top), 0);
  weights[largest] = Math.max(1, (weights[largest] ?? 0) + gridEntries - sum);
  return weights;
}

function sparesWanted(weights: readonly number[], gridEntries: number): number {
  const used = weights.filter((weight) => weight > 0).length;
  const unused = weights.length - used;
  if (unused <= MAX_SPARE_SHARE * gridEntries) return unused;
  return Math.max(0, 2 - used);
}
