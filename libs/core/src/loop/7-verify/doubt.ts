import type { Change, VerdictRecord } from '../../model';
import { samplesAfter } from '../effect';
import type { ObjectiveState, Verification } from '../observed';
import type { Pass } from '../pass';
import { adjusted } from './comparison';
import { countsFromMs } from './counting';
import { provedWhileDriven } from './driven';
import { cameUp, driverOf, drivenUntilMs, loadFell } from './driver';
import { stillPush } from './linked';
import { meanOf } from './mean';
import { SCALES } from './scales';

/**
 * Why a change that looks better is no proof yet: chance is not ruled out, or the trouble may have
 * ended by itself while nothing that went alike was there to compare with. Going back tells: when
 * it is as bad as before again, it was the change (A-B-A). Null where there is nothing to find out.
 */
export function doubtOf(
  pass: Pass,
  change: Change,
  verification: Verification,
  verdict: VerdictRecord,
): string | null {
  const { verify, origin, action, repeats, foreseen, objectiveId } = change;
  if (verify.switchback !== 'unproven' || origin !== 'rule' || action.type === 'undo') return null;
  if (repeats !== undefined || foreseen !== undefined || verification.before.length === 0)
    return null;
  if (!(verdict.effectRatio <= -verify.minGainRatio)) return null;
  if (verdict.verdict === 'inconclusive') {
    if (verdict.samples < verify.minSamples) return null;
    return verdict.pValue < verify.alpha
      ? (verdict.evidence.at(-1) ?? '')
      : 'it is not beyond chance';
  }
  if (verdict.verdict !== 'improved' || verification.comparisons.length > 0) return null;
  const own = pass.observed.objectives.get(objectiveId ?? '');
  if (own === undefined) return null;
  const fromMs = countsFromMs(verification, change);
  const late = cameLate(verification.before, duringOf(pass, change, verification));
  if (late !== null) return late;
  if (provedWhileDriven(pass, change, verification, samplesAfter(own, fromMs)) !== null)
    return null;
  const now = driverOf(pass, change, own, { fromMs, toMs: Infinity });
  const up = cameUp(verification.driver, now);
  if (up !== null) return up;
  const fell = loadFell(verification.driver, now);
  if (fell === null || helpedBefore(pass, change, own, verification)) return null;
  const links = verification.linked?.links ?? [];
  return stillPush(pass, samplesAfter(own, fromMs), links) ? null : fell;
}

/** Whether it was proved to help while what drove the objective was still there, by the same test. */
function helpedBefore(
  pass: Pass,
  change: Change,
  own: ObjectiveState,
  verification: Verification,
): boolean {
  const { verify } = change;
  const fromMs = countsFromMs(verification, change);
  const untilMs = drivenUntilMs(pass, change, verification.driver, fromMs);
  const samples = samplesAfter(own, fromMs).filter(({ atMs }) => atMs <= untilMs);
  const { pValue, mean } = pass.env.strategies.sequentialTest(
    { before: verification.before, after: adjusted(pass, samples, verification.comparisons) },
    SCALES,
  );
  return pValue < verify.alpha && mean <= Math.log(1 - verify.minGainRatio);
}

/** A change that has settled shows in this share of the samples from the first on. */
const SHOWS_RATIO = 1 / 3;

/** What gets better long after the change settled, or bit by bit, did so for another reason. */
function cameLate(before: readonly number[], during: readonly number[]): string | null {
  const count = Math.ceil(SHOWS_RATIO * during.length);
  const [a, b] = [meanOf(before), meanOf(during.slice(-count))];
  return meanOf(during.slice(0, count)) > (a + b) / 2
    ? 'it hardly showed when the change had settled, and more and more since'
    : null;
}

/** Samples with the change as they count for its proof. */
export function duringOf(
  pass: Pass,
  change: Change,
  verification: Verification,
): readonly number[] {
  const own = pass.observed.objectives.get(change.objectiveId ?? '');
  if (own === undefined) return [];
  const samples = samplesAfter(own, countsFromMs(verification, change));
  return adjusted(pass, samples, verification.comparisons);
}
