import type { Pass } from '../pass';

/**
 * Reroutes that come this many delays after another are decided on a world that shows all of its
 * effect (averages of so many time constants are within 2 %), so that there is no loop to damp.
 */
const SETTLED_DELAYS = 4;
/** Until it was measured: samples of both worlds, and the time constant of the averages, ms. */
const DELAY_MS = 7_500;

/**
 * Share of the possible improvement that a reroute for an objective may take at once. The first one
 * is whole: the model foresees it, and the transaction undoes it where the model was wrong. One that
 * follows while the averages still move corrects what the model did not know, by measurements that
 * are late: it is a feedback loop, and takes no more than its delay allows without overshoot (see
 * docs/adr/0012). The delay is what was measured from the last Set of a route to averages that hold
 * nothing older; the interval is the time since the last reroute of the objective.
 */
export function stepFor(pass: Pass, objectiveId: string): number {
  let lastMs = -Infinity;
  for (const { action, objectiveId: own, state, times } of pass.durable.changes.values())
    if (action.type === 'reroute' && own === objectiveId && state === 'confirmed')
      lastMs = Math.max(lastMs, times.applied ?? -Infinity);
  const intervalMs = pass.now.wallMs - lastMs;
  const delayMs = pass.observed.effectDelayMs ?? DELAY_MS;
  if (!(intervalMs < SETTLED_DELAYS * delayMs)) return 1;
  return pass.env.strategies.stepSize(delayMs / Math.max(1, intervalMs));
}
