import type { Expert } from './expert';

const GAIN = 0.2;

/**
 * Mean of each phase of a known period, e.g. the iterations of a training job. A period that is no
 * whole number of samples has as many phases as samples fit into it, and each sample belongs to the
 * one that it falls into.
 */
export class Seasonal implements Expert {
  readonly name: string;
  private readonly phases: Float64Array;
  private seen = 0;

  /** `period` in samples, at least 2. */
  constructor(private readonly period: number) {
    this.name = `seasonal-${Number(period.toFixed(2))}`;
    this.phases = new Float64Array(Math.floor(period)).fill(NaN);
  }

  observe(value: number): void {
    const phase = this.phaseAt(this.seen);
    const old = this.phases[phase]!;
    this.phases[phase] = Number.isNaN(old) ? value : old + GAIN * (value - old);
    this.seen += 1;
  }

  forecast(steps: number): number {
    return this.phases[this.phaseAt(this.seen + steps - 1)] ?? NaN;
  }

  private phaseAt(sample: number): number {
    const { length } = this.phases;
    const phase = Math.floor(((sample % this.period) * length) / this.period);
    return Math.min(length - 1, phase);
  }
}
