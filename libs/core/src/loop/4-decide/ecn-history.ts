import { patched, type Change } from '../../model';
import { profileOf } from '../network';
import type { Pass } from '../pass';
import { isUndone } from '../standing';
import { stepBetween, type MarkingValues, type TriedStep } from './ecn-climb';
import { splitQueue } from './queue-key';

/** Steps are forgotten after this, ms: by then the traffic is another. */
const MEMORY_MS = 3_600_000;
/** So many of the newest steps are looked at. */
const MOST_STEPS = 12;

/**
 * Steps of the marking of a queue whose effect was measured, oldest first: what was kept as an
 * improvement helped; what was undone for its effect failed, and with it the queue is back at the
 * best values that are known. It is read from the changes, and so it outlives a restart.
 */
export function triedSteps(pass: Pass, key: string): readonly TriedStep[] {
  const at = splitQueue(key);
  const tried: TriedStep[] = [];
  for (const change of [...pass.durable.changes.values()].slice(-MOST_CHANGES)) {
    if (change.action.type !== 'ecn' || pass.now.wallMs - change.updatedMs > MEMORY_MS) continue;
    const setting = change.action.settings.find(
      (item) =>
        item.device === at.device && item.interface === at.interface && item.queue === at.queue,
    );
    const outcome = outcomeOf(pass, change);
    if (setting === undefined || outcome === null) continue;
    const before = valuesBefore(pass, change, at);
    const after: MarkingValues = {
      minBytes: setting.minThresholdBytes,
      maxBytes: setting.maxThresholdBytes,
      probabilityPercent: setting.maxProbabilityPercent,
    };
    const step = before === null ? null : stepBetween(before, after);
    if (step !== null) tried.push({ ...step, outcome });
  }
  return tried.slice(-MOST_STEPS);
}

/** The journal keeps many changes of other kinds; older ones are beyond the memory anyway. */
const MOST_CHANGES = 500;

/** Null where nothing was measured, or not yet, and where a person kept what did not help. */
function outcomeOf(pass: Pass, change: Change): TriedStep['outcome'] | null {
  const { state, verdict } = change;
  if (verdict === null) return null;
  if (state === 'rolled-back') return 'failed';
  if (state !== 'confirmed' || verdict.verdict !== 'improved') return null;
  return isUndone(pass, change) ? 'failed' : 'helped';
}

/** What the change found there, as its own inverse says it; null where nothing was marked. */
function valuesBefore(
  pass: Pass,
  change: Change,
  at: ReturnType<typeof splitQueue>,
): MarkingValues | null {
  const image = pass.observed.images.get(at.device);
  const leaves = change.plan.inverse.find((diff) => diff.device === at.device)?.leaves;
  if (image === undefined || leaves === undefined) return null;
  const ecn = profileOf(pass, at.device)?.queue(
    patched(image, leaves),
    at.interface,
    at.queue,
  )?.ecn;
  if (ecn === null || ecn === undefined || !ecn.enabled) return null;
  return {
    minBytes: ecn.minThresholdBytes,
    maxBytes: ecn.maxThresholdBytes,
    probabilityPercent: ecn.maxProbabilityPercent,
  };
}
