import {
  Autoregression,
  DampedHolt,
  Ensemble,
  Ewma,
  LastValue,
  SortedWindow,
  type Expert,
  type Forecast,
} from '@weir/algorithms';

/** Values before the first forecast that counts; a third of a short series. */
const WARM_UP = 60;
/** Share of what comes that the interval is to hold. */
export const COVERAGE = 0.9;

export const METHODS = ['last', 'ewma', 'holt', 'ar', 'ensemble'] as const;
export type Method = (typeof METHODS)[number];
type ByMethod = Readonly<Record<Method, number>>;

/** One series, one horizon. */
export interface SeriesScore {
  /** Mean absolute error over that of the last value; null where the last value is always right. */
  readonly mase: ByMethod | null;
  /** The same in the second half of the series, over that of the last value in the first half. */
  readonly laterMase: ByMethod | null;
  /**
   * In the second half, over the scale of the first: the error of the level that one would draw with
   * the future in view. No forecast; what a forecast of the level alone cannot go far below.
   */
  readonly laterHindsight: number | null;
  /** Forecasts of the ensemble that had a finite interval, and those whose value fell into it. */
  readonly intervals: number;
  readonly held: number;
}

interface Due {
  readonly values: ByMethod;
  readonly interval: Forecast;
}

/** Forecasts each value from what was `horizon` steps before it and earlier. */
export function scoreSeries(series: Float64Array, horizon: number): SeriesScore {
  const warmUp = Math.min(WARM_UP, Math.floor(series.length / 3)) + horizon - 1;
  const half = Math.max(warmUp, series.length >> 1);
  const due = forecastsOf(series, horizon);
  const errorOf = (method: Method, from: number, to: number): number => {
    let sum = 0;
    for (let at = from; at < to; at++) sum += Math.abs(series[at]! - due[at]!.values[method]);
    return sum / (to - from);
  };
  const scaled = (from: number, scale: number): ByMethod | null => {
    if (!(scale > 0) || from >= series.length) return null;
    const one = (method: Method): number => errorOf(method, from, series.length) / scale;
    const [last, ewma, holt] = [one('last'), one('ewma'), one('holt')];
    return { last, ewma, holt, ar: one('ar'), ensemble: one('ensemble') };
  };
  let [intervals, held] = [0, 0];
  for (let at = warmUp; at < series.length; at++) {
    const { lower, upper } = due[at]!.interval;
    if (!Number.isFinite(upper)) continue;
    intervals += 1;
    if (series[at]! >= lower && series[at]! <= upper) held += 1;
  }
  return {
    mase: scaled(warmUp, errorOf('last', warmUp, series.length)),
    laterMase: scaled(half, errorOf('last', horizon, half)),
    laterHindsight: hindsightOf(series, half, errorOf('last', horizon, half)),
    intervals,
    held,
  };
}

/** Values on either side of the one that a level in hindsight is drawn through. */
const SIGHT = 500;

/** Mean distance from the median of the values around each, those after it included. */
function hindsightOf(series: Float64Array, from: number, scale: number): number | null {
  if (!(scale > 0) || from >= series.length) return null;
  const window = new SortedWindow(2 * SIGHT + 1);
  const { length } = series;
  let sum = 0;
  for (const value of series.subarray(Math.max(0, from - SIGHT), from + SIGHT)) window.push(value);
  for (let at = from; at < length; at++) {
    const ahead = series[at + SIGHT];
    if (ahead !== undefined) window.push(ahead);
    sum += Math.abs(series[at]! - window.median());
  }
  return sum / (length - from) / scale;
}

/** What was forecast for each value; nothing for the first `horizon` ones. */
function forecastsOf(series: Float64Array, horizon: number): (Due | undefined)[] {
  const ensemble = new Ensemble({ horizon, coverage: COVERAGE });
  const experts: Record<Exclude<Method, 'ensemble'>, Expert> = {
    last: new LastValue(),
    ewma: new Ewma(0.1),
    holt: new DampedHolt(),
    ar: new Autoregression(),
  };
  const due = new Array<Due | undefined>(horizon).fill(undefined);
  for (const value of series) {
    for (const expert of Object.values(experts)) expert.observe(value);
    ensemble.observe(value);
    const interval = ensemble.forecast();
    const values = {
      last: experts.last.forecast(horizon),
      ewma: experts.ewma.forecast(horizon),
      holt: experts.holt.forecast(horizon),
      ar: experts.ar.forecast(horizon),
      ensemble: interval.value,
    };
    due.push({ values, interval });
  }
  return due;
}
