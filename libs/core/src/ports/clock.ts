/** Time is injected everywhere; nothing below the composition root reads a clock of its own. */
export interface Clock {
  /** Monotonic ms; for ages, holds and time-outs. */
  monotonicMs(): number;
  /** Wall-clock ms since the epoch; for records and deadlines that must survive a restart. */
  wallMs(): number;
}

export interface Timers {
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
}
