import type { Expert } from './expert';

const GAIN = 0.2;

/** Mean of each phase of a known period, e.g. the iterations of a training job. */
export class Seasonal implements Expert {
  readonly name: string;
  private readonly phases: Float64Array;
  private seen = 0;

  /** `period` in samples, at least 2. */
  constructor(private readonly period: number) {
    this.name = `seasonal-${period}`;
    this.phases = new Float64Array(period).fill(NaN);
  }

  observe(value: number): void {
    const phase = this.seen % this.period;
    const old = this.phases[phase]!;
    this.phases[phase] = Number.isNaN(old) ? value : old + GAIN * (value - old);
    this.seen += 1;
  }

  forecast(steps: number): number {
    return this.phases[(this.seen + steps - 1) % this.period] ?? NaN;
  }
}
