import type { Incident } from '../../model';
import { thresholdOf, type ObjectiveState } from '../observed';
import type { Pass } from '../pass';

/** What the incident of an objective is held against, as it is opened. */
export function heldAgainst(
  pass: Pass,
  state: ObjectiveState,
): NonNullable<Incident['heldAgainst']> {
  const { quantile, metric } = state.objective;
  const thresholdMs = thresholdOf(state, pass.env.policy.detect);
  return { metric, quantile, thresholdMs: Number.isFinite(thresholdMs) ? thresholdMs : null };
}
