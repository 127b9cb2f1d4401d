import { assert } from '@weir/core/base';
import type { Change, Objective } from '@weir/core/model';
import type { Effect, Window } from '../result';
import { seriesKey, type Observed } from './alternative';

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

/**
 * What a change truly does: the same future with it and without it, by the thresholds that the
 * loop's own verdict uses.
 */
export function compare(
  change: Change,
  objectives: readonly Objective[],
  futures: { readonly without: Observed; readonly with: Observed },
  window: Window,
): Effect {
  const own = objectives.find((objective) => objective.id === change.objectiveId);
  const without = own === undefined ? null : valueOf(own, futures.without);
  const withIt = own === undefined ? null : valueOf(own, futures.with);
  const effectRatio = without === null || withIt === null ? null : withIt / without - 1;
  const { harm, minGainRatio } = change.verify;
  const measured = { window, withoutMs: without, withMs: withIt, effectRatio };
  const elsewhere = harmElsewhere(change, objectives, futures);
  if (elsewhere !== null) return { effect: 'harmed', ...measured, evidence: [elsewhere] };
  if (effectRatio === null)
    return {
      effect: 'no-effect',
      ...measured,
      evidence: ['no objective of its own, and no other one is worse'],
    };
  const evidence = [
    `the objective is ${percent(Math.abs(effectRatio))} ${
      effectRatio < 0 ? 'better' : 'worse'
    } with the change than without`,
  ];
  if (effectRatio > harm.objectiveRatio) return { effect: 'harmed', ...measured, evidence };
  const effect = effectRatio <= -minGainRatio ? 'improved' : 'no-effect';
  return { effect, ...measured, evidence };
}

/**
 * The figure that an objective is judged by, ms. Of iterations and collectives it is the mean:
 * there are few of them, all alike, and the buckets of the histogram are a fifth wide.
 */
function valueOf(objective: Objective, observed: Observed): number | null {
  let sum = 0;
  let count = 0;
  for (const workload of objective.workloads) {
    const histogram = observed.histograms.get(seriesKey(workload, objective.metric));
    if (histogram === undefined || histogram.count === 0) continue;
    const value =
      objective.metric === 'request-latency'
        ? histogram.quantileMs(objective.quantile)
        : histogram.sumMs / histogram.count;
    sum += value * histogram.count;
    count += histogram.count;
  }
  return count === 0 ? null : sum / count;
}

function harmElsewhere(
  change: Change,
  objectives: readonly Objective[],
  futures: { readonly without: Observed; readonly with: Observed },
): string | null {
  const { harm } = change.verify;
  for (const key of change.plan.touches.links) {
    const before = futures.without.lossRatio.get(key) ?? 0;
    const after = futures.with.lossRatio.get(key) ?? 0;
    if (after - before > harm.lossIncrease)
      return `loss on ${key} is ${percent(after)} with the change, ${percent(before)} without`;
  }
  for (const objective of objectives) {
    if (objective.id === change.objectiveId) continue;
    const without = valueOf(objective, futures.without);
    const withIt = valueOf(objective, futures.with);
    if (without === null || withIt === null) continue;
    assert(without > 0, 'latencies are above zero');
    const ratio = withIt / without - 1;
    const within = withIt <= (objective.thresholdMs ?? Infinity) * 0.8;
    if (ratio > harm.otherObjectivesRatio && !within)
      return `${objective.id} is ${percent(ratio)} worse with the change than without`;
  }
  return null;
}
