import type { BurnPolicy } from '../../model';
import type { BurnBin } from '../observed';

export interface Burning {
  readonly longMs: number;
  readonly shortMs: number;
  readonly factor: number;
  /** Share of slow observations over the share that the objective allows, in each window. */
  readonly longRate: number;
  readonly shortRate: number;
}

/**
 * The first pair of windows in which the error budget burns too fast: over the long one, so that it
 * matters, and over the short one, so that it still does (Google, The Site Reliability Workbook,
 * chapter 5, "Multiwindow, Multi-Burn-Rate Alerts"). Null where none does, or too little was seen.
 */
export function burningIn(
  bins: readonly BurnBin[],
  burn: BurnPolicy | null | undefined,
  nowMs: number,
  minCount: number,
): Burning | null {
  if (burn === null || burn === undefined) return null;
  for (const { longMs, shortMs, factor } of burn.windows) {
    const [first] = bins;
    // A window of which a part has not been seen says nothing of the whole.
    if (first === undefined || nowMs - first.fromMs < SEEN * longMs) continue;
    const longRate = rateIn(bins, nowMs - longMs, burn.targetRatio, minCount);
    const shortRate = rateIn(bins, nowMs - shortMs, burn.targetRatio, minCount);
    if (longRate >= factor && shortRate >= factor)
      return { longMs, shortMs, factor, longRate, shortRate };
  }
  return null;
}

const SEEN = 0.9;

function rateIn(
  bins: readonly BurnBin[],
  fromMs: number,
  targetRatio: number,
  minCount: number,
): number {
  let count = 0;
  let slow = 0;
  for (const bin of bins)
    if (bin.fromMs >= fromMs) [count, slow] = [count + bin.count, slow + bin.slow];
  return count < minCount ? NaN : slow / count / (1 - targetRatio);
}
