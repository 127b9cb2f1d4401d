import type { Expert } from './expert';
import { SortedWindow } from './sorted-window';

const GAINS = [0.05, 0.02, 0.008];
/** Values over which the ratio is taken. */
const WINDOW = 480;

/**
 * Level of skewed noise that moves slowly: the mean of fast to slow moving averages of the square
 * root, in which bursts weigh less, times the median ratio of what came to that level. The mean
 * follows the level with less noise than a short median, the ratio turns the mean into the value
 * of least absolute error. For values from 0 on, such as rates; below 0 it takes 0.
 */
export class CalibratedLevel implements Expert {
  readonly name = 'level';
  private readonly roots = GAINS.map(() => 0);
  private readonly ratios = new SortedWindow(WINDOW);
  private seen = 0;

  observe(value: number): void {
    const level = this.level();
    const ratio = value / level;
    if (level > 0 && Number.isFinite(ratio)) this.ratios.push(Math.max(0, ratio));
    this.seen += 1;
    const root = Math.sqrt(Math.max(0, value));
    for (const [i, gain] of GAINS.entries())
      this.roots[i] = this.roots[i]! + Math.max(gain, 1 / this.seen) * (root - this.roots[i]!);
  }

  forecast(): number {
    return this.ratios.length === 0 ? this.level() : this.level() * this.ratios.median();
  }

  private level(): number {
    if (this.seen === 0) return NaN;
    return this.roots.reduce((sum, root) => sum + root * root, 0) / GAINS.length;
  }
}
