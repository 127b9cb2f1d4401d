import type { Expert } from './expert';
import { SortedWindow } from './sorted-window';

/**
 * Median of the last values: the constant with the least absolute error over them, and blind to
 * single bursts.
 */
export class RollingMedian implements Expert {
  readonly name: string;
  private readonly window: SortedWindow;

  /** `size`: how many values, at least 1. */
  constructor(size: number) {
    this.name = `median-${size}`;
    this.window = new SortedWindow(size);
  }

  observe(value: number): void {
    this.window.push(value);
  }

  forecast(): number {
    return this.window.median();
  }
}
