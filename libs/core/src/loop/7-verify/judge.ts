import type { Change, Verdict, VerdictRecord } from '../../model';
import { median, samplesAfter, touchesObjective } from '../effect';
import type { ObjectiveState, Verification } from '../observed';
import type { Pass } from '../pass';
import { countsFromMs } from './counting';

/** Scale of the effects that the test is tuned to find, in standard deviations of a sample. */
const PRIOR_SCALE = 1;
const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;

/**
 * Difference in differences on the logarithm of the objective's quantile: (after / before) of the
 * change's own workload over (after / before) of workloads that it does not touch, with an
 * always-valid test, so that looking at every tick does not raise the error (Johari et al. 2017).
 * Returns null while there is no verdict yet.
 */
export function judge(
  pass: Pass,
  change: Change,
  verification: Verification,
): VerdictRecord | null {
  const fromMs = countsFromMs(verification, change);
  const elapsedMs = pass.now.monoMs - verification.startedMs;
  const own =
    change.objectiveId === null ? undefined : pass.observed.objectives.get(change.objectiveId);
  const harm = harmElsewhere(pass, change, verification, fromMs);
  const measured = own === undefined ? null : measure(pass, change, own, verification, fromMs);
  const base = measured ?? {
    beforeMs: NaN,
    afterMs: NaN,
    effectRatio: 0,
    pValue: 1,
    samples: samplesElsewhere(pass, change, fromMs),
    evidence: ['no objective of its own; judged by harm to others'],
  };
  const as = (verdict: Verdict, ...why: string[]): VerdictRecord => {
    const { beforeMs, afterMs, effectRatio, pValue, samples, evidence } = base;
    const figures = { beforeMs, afterMs, effectRatio, pValue, samples };
    return { ...figures, verdict, evidence: [...evidence, ...why] };
  };
  const { minSamples, minGainRatio, alpha, maxMs } = change.verify;
  if (base.samples >= minSamples) {
    if (harm !== null) return as('harmed', harm);
    if (measured !== null && measured.pValue < alpha) {
      if (measured.effectRatio > change.verify.harm.objectiveRatio)
        return as('harmed', `the objective is ${percent(measured.effectRatio)} worse than before`);
      if (measured.effectRatio <= -minGainRatio)
        return as(
          'improved',
          `the objective is ${percent(-measured.effectRatio)} better than before`,
        );
    }
  }
  if (measured !== null && change.origin === 'rule' && measured.hopeless)
    return as('no-effect', `a gain of ${percent(minGainRatio)} is out of reach by now`);
  const enoughWithoutOwn = measured === null && base.samples >= minSamples && elapsedMs > maxMs / 3;
  if (!enoughWithoutOwn && elapsedMs < maxMs) return null;
  if (base.samples < minSamples)
    return as('inconclusive', `only ${base.samples} samples in ${Math.round(elapsedMs)} ms`);
  return Math.abs(base.effectRatio) < minGainRatio
    ? as('no-effect', 'no effect beyond the smallest that counts')
    : as('inconclusive', 'an effect, but not beyond chance');
}

type Measured = Omit<VerdictRecord, 'verdict'> & { readonly hopeless: boolean };

/** Looks at twice the samples that a verdict needs before hope is given up, and how sure it is. */
const HOPE_FACTOR = 2;
const HOPE_SIGMAS = 3;
/** Spread of quantiles of histograms below which they are not taken to be certain. */
const MIN_SPREAD = 0.02;

/**
 * Whether the mean effect is, almost surely, smaller than the smallest that counts. A change that
 * does nothing holds its devices, and whoever could help waits.
 */
function isHopeless(differences: readonly number[], { verify }: Change): boolean {
  const n = differences.length;
  if (n < Math.max(10, HOPE_FACTOR * verify.minSamples)) return false;
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const error = Math.max(MIN_SPREAD, Math.sqrt(variance)) / Math.sqrt(n);
  return mean - HOPE_SIGMAS * error > Math.log(1 - verify.minGainRatio);
}

function measure(
  pass: Pass,
  change: Change,
  own: ObjectiveState,
  verification: Verification,
  fromMs: number,
): Measured | null {
  const beforeMs = median(verification.beforeMs);
  if (!(beforeMs > 0)) return null;
  const after = samplesAfter(own, fromMs);
  const drift = comparisonDrift(pass, change, verification, fromMs);
  const differences = after.map((value) => Math.log(Math.max(value, 1e-3) / beforeMs) - drift.log);
  const test = pass.env.strategies.sequentialTest(differences, PRIOR_SCALE);
  return {
    beforeMs,
    afterMs: median(after),
    effectRatio: Math.exp(test.mean) - 1,
    pValue: test.pValue,
    samples: after.length,
    hopeless: isHopeless(differences, change),
    evidence: [
      `median of ${verification.beforeMs.length} samples before: ${beforeMs.toFixed(2)} ms, of ${after.length} after: ${median(after).toFixed(2)} ms`,
      drift.count === 0
        ? 'no untouched workload to compare with'
        : `${drift.count} untouched workloads changed by ${percent(Math.exp(drift.log) - 1)}`,
    ],
  };
}

/** How untouched workloads moved meanwhile, as the median of ln(after / before). */
function comparisonDrift(
  pass: Pass,
  change: Change,
  verification: Verification,
  fromMs: number,
): { readonly log: number; readonly count: number } {
  const own =
    change.objectiveId === null ? undefined : pass.observed.objectives.get(change.objectiveId);
  const logs: number[] = [];
  for (const [id, beforeMs] of verification.comparisonBeforeMs) {
    const state = pass.observed.objectives.get(id);
    if (state === undefined || state.objective.metric !== own?.objective.metric) continue;
    // A workload with troubles or changes of its own says nothing about the rest of the world.
    if (state.state !== 'healthy' || touchesObjective(pass, change, state)) continue;
    const afterMs = median(samplesAfter(state, fromMs));
    if (beforeMs > 0 && afterMs > 0) logs.push(Math.log(afterMs / beforeMs));
  }
  return { log: logs.length === 0 ? 0 : median(logs), count: logs.length };
}

/** Other workloads on the touched devices, and loss on the touched links. */
function harmElsewhere(
  pass: Pass,
  change: Change,
  verification: Verification,
  fromMs: number,
): string | null {
  const { harm, minSamples } = change.verify;
  // The median, since a saturated link loses in one interval and not in the next.
  const lossNow = median(verification.lossAfter);
  if (lossNow - verification.lossBefore > harm.lossIncrease)
    return `loss on the touched links rose from ${percent(verification.lossBefore)} to ${percent(lossNow)}`;
  for (const [id, beforeMs] of verification.comparisonBeforeMs) {
    const state = pass.observed.objectives.get(id);
    if (state === undefined || !touchesObjective(pass, change, state)) continue;
    const after = samplesAfter(state, fromMs);
    if (after.length < minSamples || !(beforeMs > 0)) continue;
    const ratio = median(after) / beforeMs - 1;
    const limit = state.objective.thresholdMs ?? Infinity;
    const within = median(after) <= limit * 0.8;
    if (ratio > harm.otherObjectivesRatio && !within)
      return `${id}, which shares the devices, is ${percent(ratio)} worse`;
  }
  return null;
}

function samplesElsewhere(pass: Pass, change: Change, fromMs: number): number {
  let most = 0;
  for (const state of pass.observed.objectives.values())
    if (touchesObjective(pass, change, state))
      most = Math.max(most, samplesAfter(state, fromMs).length);
  return most;
}
