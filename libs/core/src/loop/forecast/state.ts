import type { SeriesForecast } from '../../ports';

/** A forecast that waits for the value it was made for. */
export interface DueForecast extends SeriesForecast {
  /** The last value when it was made; NaN where that was a gap. */
  readonly last: number;
}

/** How forecasts of a series came out: sums that fade, so that about the last 200 count. */
export interface SeriesScore {
  /** Of the absolute errors, and of those of the last value at the same horizon. */
  readonly error: number;
  readonly naive: number;
  /** Forecasts with a finite interval, and those whose value fell into it. */
  readonly intervals: number;
  readonly held: number;
}

/** Load of one channel at even steps. */
export interface LoadSeries {
  /** Mean utilisation of each step, oldest first; NaN is a gap. Never changed in place. */
  readonly values: Float64Array;
  /** Samples before it are of another world and do not count, monotonic ms. */
  readonly fromMs: number;
  /** The step that goes on: its end, and what was sampled in it. */
  readonly endMs: number;
  readonly sum: number;
  readonly samples: number;
  /** Steps without a sample, up to now. */
  readonly gaps: number;
  /** Share of the objectives' traffic that leads over it, legs added up: other routes, other world. */
  readonly share: number;
  /** Iteration of the jobs that send over it, in steps; null where none can be seen. */
  readonly period: number | null;
  /** The one by which it is forecast. */
  readonly learntPeriod: number | null;
  readonly turn: number;
  readonly next: SeriesForecast;
  /** Oldest first, at most as many as the horizon has steps. */
  readonly due: readonly DueForecast[];
  readonly score: SeriesScore;
}

/** What is known of how an objective fares under load: exposures, oldest first. */
export interface Experience {
  readonly hurt: readonly number[];
  readonly fine: readonly number[];
}

/** A breach that is expected. */
export interface Foresight {
  /** Rounds in a row in which it was foreseen. */
  readonly rounds: number;
  /** Monotonic times: when it was first expected to come, and until when it is expected now. */
  readonly dueMs: number;
  readonly untilMs: number;
}

/** The network as it was when an objective was last hurt: which traffic makes the load. */
export interface LoadPicture {
  readonly revision: string;
  readonly channelBps: Float64Array;
  readonly prefixBps: Float64Array;
}

export interface ForecastSummary {
  /** Series that have a forecast. */
  readonly series: number;
  readonly horizonMs: number;
  /** Median over the series of error over that of the last value; NaN until there is one. */
  readonly errorRatio: number;
  /** Share of all values that fell into their interval; NaN until there was one. */
  readonly coverageRatio: number;
}

/** Volatile; begins anew with the process, another layout or other settings. */
export interface ForecastState {
  readonly settings: string;
  readonly revision: string;
  /** Monotonic time of the next round: which channels are followed, what is foreseen. */
  readonly roundMs: number;
  readonly series: ReadonlyMap<string, LoadSeries>;
  readonly experience: ReadonlyMap<string, Experience>;
  readonly foresights: ReadonlyMap<string, Foresight>;
  readonly picture: LoadPicture | null;
  readonly summary: ForecastSummary | null;
}

export const NO_FORECAST: SeriesForecast = { value: NaN, lower: NaN, upper: NaN, period: null };

/** Whether there is a forecast with an interval. */
export const isForetold = ({ value, lower, upper }: SeriesForecast): boolean =>
  Number.isFinite(value) && Number.isFinite(lower) && Number.isFinite(upper);
