import { SortedWindow } from './sorted-window';

/** How fast the level follows misses. */
const STEP = 0.01;
const WINDOW = 400;
/** Errors from which on a quantile says something. */
const LEAST = 10;

/**
 * Half-width of an interval that holds the wanted share of what comes: a quantile of the latest
 * absolute errors, whose level follows how often the interval was missed (adaptive conformal
 * inference, Gibbs and Candes, NeurIPS 2021), so that the share holds when the series changes.
 */
export class ConformalInterval {
  private readonly errors = new SortedWindow(WINDOW);
  private level: number;

  /** `coverage`: the wanted share, in (0, 1). */
  constructor(private readonly coverage: number) {
    this.level = coverage;
  }

  /** Infinity until there are errors to judge by. */
  halfWidth(): number {
    const count = this.errors.length;
    if (count < LEAST) return Infinity;
    const rank = Math.ceil(this.level * (count + 1)) - 1;
    return this.errors.at(Math.min(count - 1, Math.max(0, rank)));
  }

  /** `error`: finite; distance of what came from the forecast that the interval was put around. */
  observe(error: number): void {
    const size = Math.abs(error);
    const width = this.halfWidth();
    if (Number.isFinite(width)) {
      const missed = size > width ? 1 : 0;
      this.level = Math.min(1, Math.max(0, this.level + STEP * (missed - (1 - this.coverage))));
    }
    this.errors.push(size);
  }
}
