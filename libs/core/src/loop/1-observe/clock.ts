import { LIMITS } from '../../state';
import type { Pass } from '../pass';

/**
 * Deadlines, leases and rests are kept as wall times, so that they survive a restart; within a
 * process they must run by the monotonic clock. When the difference of the two clocks moves (the
 * wall clock was set, or slewed for long), that is recorded, and the fold moves every time along:
 * nothing expires, and nothing lives on, because somebody set the clock.
 */
export function observeClock(pass: Pass): void {
  const offsetMs = pass.now.wallMs - pass.now.monoMs;
  const known = pass.observed.clockOffsetMs;
  const byMs = known === null ? 0 : offsetMs - known;
  if (known !== null && Math.abs(byMs) <= LIMITS.clockStepMs) return;
  pass.observe({ clockOffsetMs: offsetMs });
  if (known === null) return;
  pass.record({ kind: 'clock-stepped', byMs });
  const objectives = new Map(
    [...pass.observed.objectives].map(([id, state]) => [
      id,
      { ...state, firstSeenWallMs: state.firstSeenWallMs + byMs },
    ]),
  );
  pass.observe({ objectives });
}

/**
 * Between two processes only the wall clock runs, and time does not go back: when it is behind the
 * last record (another host, or set while nobody ran), everything moves back with it.
 */
export function observeClockOfPast(pass: Pass): void {
  const byMs = pass.now.wallMs - pass.durable.lastAtMs;
  if (byMs < -LIMITS.clockStepMs) pass.record({ kind: 'clock-stepped', byMs });
}
