import type { TargetClock } from '../backend';

/**
 * Runs `task` every `intervalMs`, in step with the start so that delays do not add up. A task that
 * takes longer than the interval misses ticks instead of piling up. Returns the stop.
 */
export function startTicker(
  clock: TargetClock,
  intervalMs: number,
  task: () => Promise<void>,
  onError: (error: unknown) => void,
): () => void {
  const startMs = clock.wallMs();
  let stopped = false;
  let cancel = (): void => undefined;
  const arm = (): void => {
    if (stopped) return;
    const sinceMs = clock.wallMs() - startMs;
    // The clock may have been set back or far ahead: never wait longer than one interval.
    const restMs = intervalMs - (((sinceMs % intervalMs) + intervalMs) % intervalMs);
    cancel = clock.after(restMs, () => {
      task().catch(onError).finally(arm);
    });
  };
  arm();
  return () => {
    stopped = true;
    cancel();
  };
}
