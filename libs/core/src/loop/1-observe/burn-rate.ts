import type { BurnPolicy } from '../../model';
import type { BurnBin } from '../observed';

/** Bins of the shortest window: coarse enough to keep six hours, fine enough to see it pass. */
const BINS_OF_SHORTEST = 10;

/**
 * Adds what arrived to the bins from which burn rates are taken: observations, and those that took
 * longer than the objective allows. Nothing is kept without a policy for it.
 */
export function foldBurn(
  bins: readonly BurnBin[],
  burn: BurnPolicy | null,
  atMs: number,
  arrived: { readonly count: number; readonly slow: number },
): readonly BurnBin[] {
  if (burn === null || burn.windows.length === 0) return bins.length === 0 ? bins : [];
  const widthMs = Math.min(...burn.windows.map(({ shortMs }) => shortMs)) / BINS_OF_SHORTEST;
  const longestMs = Math.max(...burn.windows.map(({ longMs }) => longMs));
  const kept = bins.filter(({ fromMs }) => atMs - fromMs < longestMs);
  if (arrived.count === 0) return kept.length === bins.length ? bins : kept;
  const last = kept.at(-1);
  if (last === undefined || atMs - last.fromMs >= widthMs)
    return [...kept, { fromMs: atMs, count: arrived.count, slow: arrived.slow }];
  const count = last.count + arrived.count;
  return [...kept.slice(0, -1), { ...last, count, slow: last.slow + arrived.slow }];
}

/**
 * Observations beyond a threshold in a histogram with explicit bounds; those of the bucket that
 * holds it are spread evenly over it, as for a quantile.
 */
export function slowOf(
  boundsMs: readonly number[],
  counts: readonly number[],
  thresholdMs: number,
): number {
  let slow = 0;
  counts.forEach((count, i) => {
    const lower = i === 0 ? 0 : (boundsMs[i - 1] ?? 0);
    const upper = boundsMs[i] ?? Infinity;
    if (lower >= thresholdMs) slow += count;
    else if (upper > thresholdMs && upper < Infinity)
      slow += (count * (upper - thresholdMs)) / (upper - lower);
  });
  return slow;
}
