import type { Expert } from './expert';

/** An expert is judged by about its last 250 errors, by all of them while they are fewer. */
const LEAST_GAIN = 0.004;

/**
 * An expert with its record: every forecast waits for the value it was made for, and is judged by
 * its distance. So a late expert that is shown the past is judged without hindsight as well.
 */
export class RatedExpert {
  /** Forecasts that wait for their value, oldest first. */
  private readonly pending: number[] = [];
  private judged = 0;
  private meanError = NaN;

  constructor(
    readonly expert: Expert,
    private readonly horizon: number,
  ) {}

  /** Mean of the recent absolute errors; NaN while there are none. */
  get error(): number {
    return this.meanError;
  }

  /** For `horizon` steps after the last value; NaN before the first. */
  get latest(): number {
    return this.pending.at(-1) ?? NaN;
  }

  /**
   * `value` is what the expert goes on with; null for `came` where nothing came to judge it by.
   * Returns the absolute error of the forecast that came due, NaN where none could be judged.
   */
  observe(value: number, came: number | null = value): number {
    const due = this.pending.length === this.horizon ? (this.pending.shift() ?? NaN) : NaN;
    const error = this.judge(due, came);
    this.expert.observe(value);
    this.pending.push(this.expert.forecast(this.horizon));
    return error;
  }

  private judge(forecast: number, came: number | null): number {
    if (came === null || !Number.isFinite(forecast)) return NaN;
    const error = Math.abs(came - forecast);
    this.judged += 1;
    const gain = Math.max(LEAST_GAIN, 1 / this.judged);
    this.meanError = this.judged === 1 ? error : this.meanError + gain * (error - this.meanError);
    return error;
  }
}
