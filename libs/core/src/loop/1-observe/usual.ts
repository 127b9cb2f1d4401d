import type { ObservedState, Trend, UsualTimes } from '../observed';

/** Averages of so long ago hold nothing yet of what is seen now, ms. */
const OLD_ENOUGH_MS = 8_000;

/** Fewer frames make no average. */
const MIN_FRAMES = 10;

/** What is on the way to be missed is not as usual any more. */
const ABOVE = 1.1;

/**
 * Keeps the averages of a time in which every objective was met: what a link was like then is not
 * why one is missed now. Two are kept, so that the older is always of some seconds ago.
 */
export function foldUsual(
  { usual, objectives, routesChangedMs }: ObservedState,
  trend: Trend,
): UsualTimes | null {
  // Other routes, other usual times.
  const known = usual !== null && usual.trend.atMs > routesChangedMs ? usual : null;
  for (const { state, quantileMs, healthyMs } of objectives.values())
    if (!['healthy', 'unknown'].includes(state) || quantileMs > ABOVE * healthyMs) return known;
  if (trend.frames < MIN_FRAMES) return known;
  if (known === null || known.trend.layout !== trend.layout) return { trend, next: trend };
  return trend.atMs - known.next.atMs >= OLD_ENOUGH_MS ? { trend: known.next, next: trend } : known;
}
