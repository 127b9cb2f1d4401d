import { CalibratedLevel } from './calibrated-level';
import { ConformalInterval } from './conformal';
import { DampedHolt, Ewma, LastValue, type Expert } from './expert';
import { periodOf } from './period';
import { RatedExpert } from './rated-expert';
import { Autoregression } from './recursive-least-squares';
import { RollingMedian } from './rolling-median';
import { Seasonal } from './seasonal';

export interface Forecast {
  /** In the unit of the series, `horizon` steps after the last value. */
  readonly value: number;
  /** Ends of the interval; infinite while too little was seen. */
  readonly lower: number;
  readonly upper: number;
}

export interface EnsembleOptions {
  /** Steps ahead, an integer of at least 1. */
  readonly horizon: number;
  /** Share of what comes that the interval is to hold, in (0, 1), e.g. 0.9. */
  readonly coverage: number;
  /**
   * Length of an iteration that is known from elsewhere, in samples, 2 or more, not necessarily
   * whole, e.g. by the plan of a training job; it competes with what the series itself shows.
   */
  readonly period?: number | null;
  /** Which of the values the period is looked for at: many series need not all do it at once. */
  readonly turn?: number;
}

/** How much less an expert counts whose error is larger, per part of the least error. */
const SHARPNESS = 60;
/** The period is looked for once in so many values, in the last so many. */
const PERIOD_EVERY = 64;
const PERIOD_WINDOW = 256;
/** Share of the least error of the others below which a new period takes over by itself. */
const FAR_BETTER = 0.8;

/**
 * Experts that compete online: the forecast is their mean, weighted by how small their recent
 * absolute errors are (exponential weights, Cesa-Bianchi and Lugosi 2006). Traffic inside a data
 * centre is best foretold by slow means and medians, traffic of a wide area by its last value, a
 * training job by its period: which holds here is learnt, not configured. Deterministic; memory is
 * bounded whatever comes.
 */
export class Ensemble {
  private interval: ConformalInterval;
  private readonly pending: number[] = [];
  private readonly recent: number[] = [];
  private readonly experts: readonly RatedExpert[];
  private readonly turn: number;
  private seasonal: RatedExpert | null = null;
  private period: number | null = null;
  private seen = 0;

  constructor(private readonly options: EnsembleOptions) {
    this.interval = new ConformalInterval(options.coverage);
    this.turn = (options.turn ?? 0) % PERIOD_EVERY;
    const known = options.period ?? null;
    const experts =
      known === null ? startingExperts() : [...startingExperts(), new Seasonal(known)];
    this.experts = experts.map((expert) => new RatedExpert(expert, options.horizon));
  }

  /** Length of the iteration that was learnt, in samples; null where there is none. */
  get learntPeriod(): number | null {
    return this.period;
  }

  /** Share of each expert in the forecast, by name; they sum to 1 once there was a value. */
  get shares(): ReadonlyMap<string, number> {
    const rated = this.rated().filter(({ latest }) => Number.isFinite(latest));
    const weights = weightsOf(rated.map(({ error }) => error));
    return new Map(rated.map(({ expert }, i) => [expert.name, weights[i]!]));
  }

  /**
   * Takes the next value. One that is not finite is a gap: time passes, no forecast is judged by
   * it, and the experts go on as if what was expected had come.
   */
  observe(value: number): void {
    const came = Number.isFinite(value) ? value : null;
    const next = came ?? this.expected(1);
    if (!Number.isFinite(next)) return;
    if (this.pending.length === this.options.horizon) {
      const forecast = this.pending.shift()!;
      if (came !== null) this.interval.observe(came - forecast);
    }
    this.recent.push(next);
    if (this.recent.length > PERIOD_WINDOW) this.recent.shift();
    for (const rated of this.rated()) rated.observe(next, came);
    this.seen += 1;
    if (this.seen >= PERIOD_EVERY && this.seen % PERIOD_EVERY === this.turn) this.learnPeriod();
    this.pending.push(this.mean(this.rated(), (rated) => rated.latest));
  }

  /** NaN before the first value. */
  forecast(): Forecast {
    const value = this.pending.at(-1) ?? NaN;
    const half = this.interval.halfWidth();
    return { value, lower: value - half, upper: value + half };
  }

  private expected(steps: number): number {
    return this.mean(this.rated(), ({ expert }) => expert.forecast(steps));
  }

  private rated(): readonly RatedExpert[] {
    return this.seasonal === null ? this.experts : [...this.experts, this.seasonal];
  }

  private mean(rated: readonly RatedExpert[], forecastOf: (one: RatedExpert) => number): number {
    const usable = rated.filter((one) => Number.isFinite(forecastOf(one)));
    const weights = weightsOf(usable.map(({ error }) => error));
    if (usable.length === 0) return NaN;
    return usable.reduce((sum, one, i) => sum + weights[i]! * forecastOf(one), 0);
  }

  /**
   * A new period is shown the recent past, as if the expert had been there. Where it would have done
   * far better than all others, what is forecast from now on is its own: the interval then follows
   * the errors that it would have made, and not those of the time when nobody knew the period.
   */
  private learnPeriod(): void {
    const found = periodOf(this.recent);
    if (found === this.period) return;
    this.period = found;
    this.seasonal = null;
    if (found === null) return;
    const late = new RatedExpert(new Seasonal(found), this.options.horizon);
    const errors = this.recent.map((value) => late.observe(value)).filter(Number.isFinite);
    const others = this.experts.map(({ error }) => error).filter(Number.isFinite);
    if (late.error < FAR_BETTER * Math.min(...others)) {
      this.interval = new ConformalInterval(this.options.coverage);
      for (const error of errors) this.interval.observe(error);
    }
    this.seasonal = late;
  }
}

/** Weights that sum to 1; equal ones while nobody was judged. */
function weightsOf(errors: readonly number[]): number[] {
  const judged = errors.filter(Number.isFinite);
  if (judged.length === 0) return errors.map(() => 1 / errors.length);
  const least = Math.min(...judged);
  const raw = errors.map((error) => {
    if (!Number.isFinite(error)) return 0;
    if (least > 0) return Math.exp(-SHARPNESS * (error / least - 1));
    return error === 0 ? 1 : 0;
  });
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
}

const startingExperts = (): Expert[] => [
  new LastValue(),
  new Ewma(0.05),
  new Ewma(0.1),
  new Ewma(0.3),
  new DampedHolt(),
  new Autoregression(),
  new RollingMedian(24),
  new RollingMedian(60),
  new RollingMedian(120),
  new RollingMedian(240),
  new RollingMedian(480),
  new CalibratedLevel(),
];
