import type { Policy } from '../../model';
import type { Now } from '../env';
import { thresholdOf, type ObjectiveState } from '../observed';

/**
 * One tick of the symptom automaton: unknown, healthy, pending, breached, clearing. Entering and
 * leaving have thresholds of their own and must each hold for a time. Unknown figures move
 * nothing: a breach does not end because its telemetry stopped. An error budget that burns too fast
 * is a breach at once: its windows hold long enough by themselves.
 */
export function nextSymptom(
  state: ObjectiveState,
  detect: Policy['detect'],
  now: Now,
  burning = false,
): ObjectiveState {
  const { quantileMs } = state;
  if (Number.isNaN(quantileMs))
    return state.state === 'pending' ? to(state, 'unknown', now) : state;
  const threshold = thresholdOf(state, detect);
  const over = quantileMs > threshold * detect.enterRatio;
  const under = quantileMs < threshold * detect.leaveRatio;
  const held = now.monoMs - state.sinceMs;
  if (burning && state.state !== 'breached') {
    const firstSeenWallMs = state.state === 'pending' ? state.firstSeenWallMs : now.wallMs;
    return { ...to(state, 'breached', now), firstSeenWallMs };
  }
  switch (state.state) {
    case 'unknown':
    case 'healthy':
      if (over) return { ...to(state, 'pending', now), firstSeenWallMs: now.wallMs };
      return withBaseline(state.state === 'healthy' ? state : to(state, 'healthy', now));
    case 'pending':
      if (!over) return to(state, 'healthy', now);
      return held >= detect.holdMs ? to(state, 'breached', now) : state;
    case 'breached':
      return under && !burning ? to(state, 'clearing', now) : state;
    case 'clearing':
      if (!under) return to(state, 'breached', now);
      return held >= detect.clearMs ? to(state, 'healthy', now) : state;
  }
}

const to = (state: ObjectiveState, next: ObjectiveState['state'], now: Now): ObjectiveState => ({
  ...state,
  state: next,
  sinceMs: now.monoMs,
});

/** The healthy figure follows slowly, so that a slow decay does not become the new normal. */
function withBaseline(state: ObjectiveState): ObjectiveState {
  return {
    ...state,
    healthyMs: follow(state.healthyMs, state.quantileMs),
    healthyMedianMs: follow(state.healthyMedianMs, state.medianMs),
  };
}

const follow = (old: number, value: number): number =>
  Number.isNaN(old) ? value : old + 0.05 * (value - old);
