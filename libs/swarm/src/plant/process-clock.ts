import type { Clock, Timers } from '@weir/core/ports';
import type { VirtualTime } from '@weir/sim';
import type { Gate } from './gate';

/**
 * The clocks of one machine. Wall time may be stepped and differs between machines; monotonic time
 * starts anywhere, never goes back, and runs on while a process is stopped.
 */
export class MachineClock implements Clock {
  /** Wall time minus true time, ms. */
  skewMs = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly bootMs: number,
  ) {}

  monotonicMs(): number {
    return this.time.monotonicMs() - this.bootMs;
  }

  wallMs(): number {
    return this.time.wallMs() + this.skewMs;
  }
}

/** Timers of one process: due while it is stopped, they fire when it goes on. */
export class ProcessTimers implements Timers {
  constructor(
    private readonly time: VirtualTime,
    private readonly gate: Gate,
  ) {}

  after(delayMs: number, task: () => void): () => void {
    let cancelled = false;
    const cancel = this.time.after(delayMs, () => {
      this.gate.pass(() => {
        if (!cancelled) task();
      });
    });
    return () => {
      cancelled = true;
      cancel();
    };
  }
}
