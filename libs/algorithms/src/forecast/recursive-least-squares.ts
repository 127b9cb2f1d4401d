import type { Expert } from './expert';

const ORDER = 6;
const FORGETTING = 0.9995;
/** Weight of the start, at which the forecast is the mean of the last values. */
const PRIOR = 1;
/**
 * Uncertainty from which on nothing more is forgotten: without it a series that stays at one value
 * for hours would let the inverse grow without bound (wind-up).
 */
const LARGEST_INVERSE = 1e4;
/** Deviations are cut here, in mean absolute deviations: one burst must not make the fit. */
const LARGEST_DEVIATION = 6;

/**
 * Autoregression of order 6 on the deviations from a slow mean, fitted by recursive least squares
 * with forgetting (Haykin, Adaptive Filter Theory, ch. 10). Longer horizons iterate it.
 */
export class Autoregression implements Expert {
  readonly name = `ar${ORDER}`;
  private mean = NaN;
  /** Mean absolute deviation: the unit in which the fit works. */
  private scale = 0;
  private seen = 0;
  private readonly lags: number[] = [];
  private readonly weights = new Float64Array(ORDER).fill(1 / (2 * ORDER));
  private readonly inverse = Array.from({ length: ORDER }, (_, row) =>
    Float64Array.from({ length: ORDER }, (__, column) => (row === column ? 1 / PRIOR : 0)),
  );

  observe(value: number): void {
    if (Number.isNaN(this.mean)) this.mean = value;
    this.seen += 1;
    this.scale += Math.max(0.02, 1 / this.seen) * (Math.abs(value - this.mean) - this.scale);
    const raw = this.scale > 0 ? (value - this.mean) / this.scale : 0;
    const deviation = Math.max(-LARGEST_DEVIATION, Math.min(LARGEST_DEVIATION, raw));
    if (this.lags.length === ORDER) this.fit(deviation);
    this.mean += Math.max(0.01, 1 / this.seen) * (value - this.mean);
    this.lags.unshift(deviation);
    if (this.lags.length > ORDER) this.lags.pop();
  }

  forecast(steps: number): number {
    if (this.lags.length < ORDER) return this.mean;
    const lags = [...this.lags];
    for (let step = 0; step < steps; step++) {
      lags.unshift(this.weights.reduce((sum, weight, i) => sum + weight * lags[i]!, 0));
      lags.pop();
    }
    return this.mean + lags[0]! * this.scale;
  }

  private fit(target: number): void {
    const gain = this.inverse.map((row) =>
      row.reduce((sum, cell, i) => sum + cell * this.lags[i]!, 0),
    );
    const wound = this.inverse.some((row, i) => row[i]! > LARGEST_INVERSE);
    const forgetting = wound ? 1 : FORGETTING;
    const power = gain.reduce((sum, value, i) => sum + value * this.lags[i]!, forgetting);
    const error = target - this.weights.reduce((sum, weight, i) => sum + weight * this.lags[i]!, 0);
    for (let row = 0; row < ORDER; row++) {
      this.weights[row] = this.weights[row]! + (gain[row]! / power) * error;
      for (let column = 0; column < ORDER; column++) {
        const cell = this.inverse[row]!;
        cell[column] = (cell[column]! - (gain[row]! * gain[column]!) / power) / forgetting;
      }
    }
  }
}
