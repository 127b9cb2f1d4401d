import type { Io } from '../io';

const WIDTH = 30;

/**
 * A bar on stderr that is drawn over itself, for people at a terminal; elsewhere nothing. With
 * NO_COLOR it is plain ASCII.
 */
export class ProgressBar {
  private shown = '';

  constructor(private readonly io: Io) {}

  update(atMs: number, durationMs: number): void {
    if (!this.io.drawsProgress) return;
    const share = Math.min(1, atMs / durationMs);
    const full = Math.round(share * WIDTH);
    const [done, left] = (this.io.env['NO_COLOR'] ?? '') === '' ? ['█', '░'] : ['#', '.'];
    const bar = done.repeat(full) + left.repeat(WIDTH - full);
    const text = `${bar} ${Math.round(share * 100)} % of ${Math.round(durationMs / 1000)} s`;
    if (text === this.shown) return;
    this.shown = text;
    this.io.stderr(`\r${text}`);
  }

  /** Takes the bar away, so that what follows starts on an empty line. */
  clear(): void {
    if (this.shown !== '') this.io.stderr(`\r${' '.repeat(this.shown.length)}\r`);
    this.shown = '';
  }
}
