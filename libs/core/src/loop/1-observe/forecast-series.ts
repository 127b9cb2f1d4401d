import type { ForecastPolicy } from '../../model';
import { NO_FORECAST, type LoadSeries } from '../forecast';
import type { Pass } from '../pass';
import { NO_SCORE, scored } from './forecast-score';

/** Sample intervals of which some part may be older than a change of routes, ms. */
export const MIXED_MS = 2_500;
/** Steps without a sample after which what was measured before is of another time. */
const MOST_GAPS = 8;
/** A series is learnt anew from its latest values when it has as many as this. */
const LEARN_ANEW = 720;
const KEPT = 480;
/** A series may take up another iteration time while it is as short as this. */
const SHORT = 256;
/** Moments within a step at which series close theirs, so that no tick has to close all. */
const MOMENTS = 8;

interface Beginning {
  readonly fromMs: number;
  readonly share: number;
  readonly period: number | null;
  readonly turn: number;
  readonly policy: ForecastPolicy;
}

export const beganSeries = ({ fromMs, share, period, turn, policy }: Beginning): LoadSeries => ({
  values: new Float64Array(0),
  fromMs,
  endMs: fromMs + policy.intervalMs * (1 + (turn % MOMENTS) / MOMENTS),
  sum: 0,
  samples: 0,
  gaps: 0,
  share,
  period,
  learntPeriod: period,
  turn,
  next: NO_FORECAST,
  due: [],
  score: NO_SCORE,
});

/** A frame holds rates of the time before it. */
export function withSample(series: LoadSeries, load: number, atMs: number): LoadSeries {
  if (Number.isNaN(load) || atMs <= series.fromMs) return series;
  return { ...series, sum: series.sum + load, samples: series.samples + 1 };
}

/** Closes the step that is over, and the ones that went by without a frame; forecasts what comes. */
export function afterStep(
  pass: Pass,
  policy: ForecastPolicy,
  series: LoadSeries,
  atMs: number,
): LoadSeries {
  const { intervalMs } = policy;
  const missed = Math.floor((atMs - series.endMs) / intervalMs);
  const value = series.samples > 0 ? series.sum / series.samples : NaN;
  const gaps = (Number.isNaN(value) ? series.gaps + 1 : 0) + missed;
  const endMs = series.endMs + (missed + 1) * intervalMs;
  if (gaps > MOST_GAPS) {
    const begun = beganSeries({ ...series, fromMs: atMs, policy });
    return { ...begun, endMs };
  }
  let next: LoadSeries = { ...series, endMs, sum: 0, samples: 0, gaps };
  // A series begins with its first value: before it there is nothing to forecast from.
  if (next.values.length > 0 || !Number.isNaN(value)) next = withValue(pass, policy, next, value);
  for (let i = 0; i < missed && next.values.length > 0; i++)
    next = withValue(pass, policy, next, NaN);
  return next;
}

function withValue(
  pass: Pass,
  policy: ForecastPolicy,
  series: LoadSeries,
  value: number,
): LoadSeries {
  const { values: before, due, learntPeriod: period, turn } = series;
  const values = new Float64Array(before.length + 1);
  values.set(before);
  values[before.length] = value;
  const { horizonSteps, coverage } = policy;
  const problem = { values, before, horizonSteps, coverage, period, turn };
  const next = pass.env.strategies.forecast(problem);
  const [came] = due.length === horizonSteps ? due : [];
  return {
    ...series,
    values,
    next,
    due: [...(came === undefined ? due : due.slice(1)), { ...next, last: value }],
    score: came === undefined ? series.score : scored(series.score, came, value),
  };
}

/**
 * Forgets the oldest values of the longest series, and lets short ones take up the iteration time that
 * jobs show by now. Both mean to learn a series from its first value on, which is dear, so that only
 * so many do it at once.
 */
export function relearnt(
  pass: Pass,
  policy: ForecastPolicy,
  all: ReadonlyMap<string, LoadSeries>,
  most: number,
): ReadonlyMap<string, LoadSeries> {
  const waiting = [...all]
    .filter(
      ([, { values, period, learntPeriod }]) =>
        values.length >= LEARN_ANEW || (period !== learntPeriod && values.length <= SHORT),
    )
    .sort(([, a], [, b]) => b.values.length - a.values.length)
    .slice(0, most);
  if (waiting.length === 0) return all;
  const series = new Map(all);
  for (const [key, one] of waiting) {
    const { period, turn } = one;
    const values = one.values.slice(-KEPT);
    const { horizonSteps, coverage } = policy;
    const problem = { values, before: null, horizonSteps, coverage, period, turn };
    const next = pass.env.strategies.forecast(problem);
    series.set(key, { ...one, values, next, learntPeriod: period });
  }
  return series;
}
