import type { TargetClock } from './backend';

/** The real time; timers do not keep the process alive. */
export const systemClock: TargetClock = {
  wallMs: () => Date.now(),
  after(delayMs, task) {
    // setTimeout takes at most 2^31-1 ms (24.8 days); a longer delay is walked in steps.
    const stepMs = Math.min(delayMs, 2_000_000_000);
    let cancel = (): void => clearTimeout(timer);
    const timer = setTimeout(() => {
      if (stepMs >= delayMs) task();
      else cancel = systemClock.after(delayMs - stepMs, task);
    }, stepMs);
    timer.unref();
    return () => cancel();
  },
};
