import type { Change, Comparison } from '../../model';
import { isTouching } from '../../change';
import { changeBeginsMs, touchesObjective } from '../effect';
import { channelsOf } from '../network';
import type { ObjectiveSample, ObjectiveState } from '../observed';
import type { Pass } from '../pass';

/** Samples up to the change in which likeness shows, the onset of the incident among them. */
const PRE_TREND_SAMPLES = 60;
/** A sample of another objective stands for this time after it was taken, ms. */
const STANDS_MS = 10_000;
/** Quantiles of nothing are 0; their logarithm is that of a microsecond. */
const LEAST_MS = 1e-3;

/**
 * Untouched objectives that went like the change's own up to it, each with its weight; none where
 * none is alike. What they do afterwards would have happened without the change as well.
 */
export function chooseComparisons(
  pass: Pass,
  change: Change,
  own: ObjectiveState,
): readonly Comparison[] {
  const untilMs = changeBeginsMs(pass, change);
  const times = own.samples.filter(({ atMs }) => atMs <= untilMs).slice(-PRE_TREND_SAMPLES);
  const donors: { id: string; series: readonly number[] }[] = [];
  for (const [id, state] of pass.observed.objectives) {
    if (!isIndependent(pass, change, own, state)) continue;
    const series = times.map(({ atMs }) => logAt(state.samples, atMs));
    if (!series.includes(NaN)) donors.push({ id, series });
  }
  if (donors.length === 0) return [];
  const weights = pass.env.strategies.syntheticControl(
    times.map(({ quantileMs }) => logOf(quantileMs)),
    donors.map(({ series }) => series),
  );
  return donors.flatMap(({ id }, i) => {
    const weight = weights[i] ?? 0;
    return weight > 0 ? [{ objectiveId: id, weight }] : [];
  });
}

/**
 * Of the same kind, and out of reach of this change and of any other one under way: neither over
 * devices that are written, nor over links that the own objective uses and may leave to others.
 */
function isIndependent(
  pass: Pass,
  change: Change,
  own: ObjectiveState,
  other: ObjectiveState,
): boolean {
  if (other === own || other.objective.metric !== own.objective.metric) return false;
  for (const open of pass.durable.changes.values())
    if (isTouching(open.state) && touchesObjective(pass, open, other)) return false;
  if (touchesObjective(pass, change, other)) return false;
  const channels = channelsOf(pass, own.objective);
  for (const channel of channelsOf(pass, other.objective).keys())
    if (channels.has(channel)) return false;
  return true;
}

/** Samples as logarithms, each less what its comparisons did at that time; in their order. */
export function adjusted(
  pass: Pass,
  samples: readonly ObjectiveSample[],
  comparisons: readonly Comparison[],
): readonly number[] {
  return samples.flatMap(({ atMs, quantileMs }) => {
    let value = logOf(quantileMs);
    for (const { objectiveId, weight } of comparisons) {
      const state = pass.observed.objectives.get(objectiveId);
      value -= weight * logAt(state?.samples ?? [], atMs);
    }
    return Number.isNaN(value) ? [] : [value];
  });
}

export const logOf = (ms: number): number => Math.log(Math.max(ms, LEAST_MS));

/** The latest value at that time; NaN where there is none that still stands. */
function logAt(samples: readonly ObjectiveSample[], atMs: number): number {
  const latest = samples.findLast((sample) => sample.atMs <= atMs);
  return latest === undefined || atMs - latest.atMs > STANDS_MS ? NaN : logOf(latest.quantileMs);
}
