import type { ForecastPolicy } from '../../model';
import {
  isForetold,
  type DueForecast,
  type ForecastSummary,
  type LoadSeries,
  type SeriesScore,
} from '../forecast';

/** Each forecast counts so much less than the one after it: about the last 200 are judged. */
const KEEP = 1 - 1 / 200;

export const NO_SCORE: SeriesScore = { error: 0, naive: 0, intervals: 0, held: 0 };

/** The score once the value is there that a forecast was made for; a gap judges nothing. */
export function scored(score: SeriesScore, due: DueForecast, came: number): SeriesScore {
  if (Number.isNaN(came) || Number.isNaN(due.last) || Number.isNaN(due.value)) return score;
  const within = came >= due.lower && came <= due.upper;
  return {
    error: score.error * KEEP + Math.abs(came - due.value),
    naive: score.naive * KEEP + Math.abs(came - due.last),
    intervals: score.intervals * KEEP + (isForetold(due) ? 1 : 0),
    held: score.held * KEEP + (isForetold(due) && within ? 1 : 0),
  };
}

/** Mean absolute scaled error (Hyndman and Koehler 2006) and coverage of all series together. */
export function summaryOf(
  series: ReadonlyMap<string, LoadSeries>,
  { intervalMs, horizonSteps }: ForecastPolicy,
): ForecastSummary {
  const ratios: number[] = [];
  let [foretold, intervals, held] = [0, 0, 0];
  for (const { next, score } of series.values()) {
    if (isForetold(next)) foretold++;
    // The last value is always right about a channel that idles; nothing can be scaled by it.
    if (score.naive > 0) ratios.push(score.error / score.naive);
    intervals += score.intervals;
    held += score.held;
  }
  ratios.sort((a, b) => a - b);
  const middle = ratios.length >> 1;
  const upper = ratios[middle] ?? NaN;
  const lower = ratios.length % 2 === 1 ? upper : (ratios[middle - 1] ?? NaN);
  return {
    series: foretold,
    horizonMs: intervalMs * horizonSteps,
    errorRatio: (lower + upper) / 2,
    coverageRatio: intervals > 0 ? held / intervals : NaN,
  };
}
