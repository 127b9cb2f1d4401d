import type { Clock, Timers } from '@weir/core/ports';

/** Wall time of the start of every run, 2026-01-01T00:00:00Z: results do not depend on today. */
const START_WALL_MS = 1_767_225_600_000;
/** Monotonic time of the start; not 0, which would look like "never". */
const START_MONOTONIC_MS = 1_000_000;

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly task: () => void;
}

/** Time of a run: moves only when told, and runs what is due then, in order. */
export class VirtualTime implements Clock, Timers {
  /** ms since the start of the run. */
  nowMs = 0;
  private readonly timers = new Set<Timer>();
  private made = 0;

  monotonicMs(): number {
    return START_MONOTONIC_MS + this.nowMs;
  }

  wallMs(): number {
    return START_WALL_MS + this.nowMs;
  }

  /** ms of the run for a wall time. */
  static sinceStartMs(wallMs: number): number {
    return wallMs - START_WALL_MS;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, order: this.made++, task };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** When the next timer is due; Infinity when there is none. */
  nextMs(): number {
    let next = Infinity;
    for (const { atMs } of this.timers) next = Math.min(next, atMs);
    return next;
  }

  /** Runs what is due now; true when there was anything. */
  runDue(): boolean {
    const due = [...this.timers]
      .filter(({ atMs }) => atMs <= this.nowMs)
      .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    for (const timer of due) {
      // One of them may have cancelled a later one.
      if (this.timers.delete(timer)) timer.task();
    }
    return due.length > 0;
  }
}
