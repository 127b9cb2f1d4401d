import type { TargetClock } from '../backend';

/** A clock that stands still until it is moved. */
export class ManualClock implements TargetClock {
  private nowMs = 1_790_000_000_000;
  private readonly tasks = new Set<{ readonly atMs: number; readonly run: () => void }>();

  /** Timers that are set. */
  get waiting(): number {
    return this.tasks.size;
  }

  wallMs(): number {
    return this.nowMs;
  }

  after(delayMs: number, task: () => void): () => void {
    const entry = { atMs: this.nowMs + delayMs, run: task };
    this.tasks.add(entry);
    return () => this.tasks.delete(entry);
  }

  /** Moves on and runs what is due, in order. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const due = [...this.tasks].filter((task) => task.atMs <= endMs);
      const [next] = due.sort((a, b) => a.atMs - b.atMs);
      if (next === undefined) break;
      this.tasks.delete(next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
    }
    this.nowMs = endMs;
  }
}
