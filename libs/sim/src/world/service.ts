import type { QueueScheduling } from '../network/settings';

/** What a strict queue never takes from those below it: nothing ever runs quite dry in a fluid. */
const LEAST_SHARE = 1e-3;

/**
 * Rate at which a queue would be emptied if it never ran dry: strict queues get what those above
 * leave, weighted ones their share of the rest or, when others leave some of theirs, all of that.
 */
export function serviceBps(
  capacityBps: number,
  queue: number,
  queues: number,
  scheduling: (queue: number) => QueueScheduling,
  carriedBps: (queue: number) => number,
): number {
  const own = scheduling(queue);
  let aboveBps = 0;
  let besideBps = 0;
  let weights = 0;
  for (let q = 0; q < queues; q++) {
    const other = scheduling(q);
    if (other.strict) {
      if (q !== queue && (!own.strict || q < queue)) aboveBps += carriedBps(q);
      continue;
    }
    weights += q === queue || carriedBps(q) > 0 ? other.weight : 0;
    if (q !== queue) besideBps += carriedBps(q);
  }
  const leftBps = Math.max(capacityBps - aboveBps, capacityBps * LEAST_SHARE);
  if (own.strict) return leftBps;
  const guaranteedBps = (leftBps * own.weight) / Math.max(weights, 1e-9);
  return Math.max(guaranteedBps, leftBps - besideBps);
}
