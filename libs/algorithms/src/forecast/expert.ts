/**
 * One way to forecast a series from its past. `observe` takes the next value; `forecast` says what
 * the value `steps` (at least 1) from the last one will be, in the unit of the series. Values must be
 * finite: a gap is for the caller to fill. Deterministic; bounded memory. Before the first value the
 * forecast is NaN.
 */
export interface Expert {
  readonly name: string;
  observe(value: number): void;
  forecast(steps: number): number;
}

/** What the series did last (the naive forecast, against which MASE is scaled). */
export class LastValue implements Expert {
  readonly name = 'last';
  private value = NaN;

  observe(value: number): void {
    this.value = value;
  }

  forecast(): number {
    return this.value;
  }
}

/** Exponentially weighted moving average; `gain` is the weight of the newest value, 0..1. */
export class Ewma implements Expert {
  readonly name: string;
  private mean = NaN;

  constructor(private readonly gain: number) {
    this.name = `ewma-${gain}`;
  }

  observe(value: number): void {
    this.mean = Number.isNaN(this.mean) ? value : this.mean + this.gain * (value - this.mean);
  }

  forecast(): number {
    return this.mean;
  }
}

/** Level and a trend that is damped with the horizon (Holt 1957; Gardner and McKenzie 1985). */
export class DampedHolt implements Expert {
  readonly name = 'holt';
  private level = NaN;
  private trend = 0;

  constructor(
    private readonly levelGain = 0.2,
    private readonly trendGain = 0.05,
    private readonly damping = 0.9,
  ) {}

  observe(value: number): void {
    if (Number.isNaN(this.level)) {
      this.level = value;
      return;
    }
    const expected = this.level + this.damping * this.trend;
    const level = expected + this.levelGain * (value - expected);
    this.trend += this.trendGain * (level - this.level - this.damping * this.trend);
    this.level = level;
  }

  forecast(steps: number): number {
    const sum = (this.damping * (1 - this.damping ** steps)) / (1 - this.damping);
    return this.level + sum * this.trend;
  }
}
