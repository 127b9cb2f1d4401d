import { isTouching } from '../../change';
import type { Change, VerdictRecord } from '../../model';
import { samplesAfter, touchesObjective } from '../effect';
import type { Switchback, Verification } from '../observed';
import type { Pass } from '../pass';
import { isOnTrial } from '../../state';
import { adjusted } from './comparison';
import { countsFromMs } from './counting';
import { driverOf, endedByItself } from './driver';
import { percent } from './percent';

/** Samples after going back, from which it may be seen that the objective is as bad as it was. */
const FEWEST_BACK = 5;
const SCALES = { priorScale: 2, leastDeviation: 0.05 };

/**
 * Why a change that looks better is no proof yet: chance is not ruled out, or the trouble may have
 * ended by itself while nothing that went alike was there to compare with. Going back tells: when
 * it is as bad as before again, it was the change (A-B-A). Null where there is nothing to find out.
 */
function doubtOf(
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
  if (verdict.verdict === 'inconclusive')
    return verdict.samples >= verify.minSamples ? 'it is not beyond chance' : null;
  if (verdict.verdict !== 'improved' || verification.comparisons.length > 0) return null;
  const own = pass.observed.objectives.get(objectiveId ?? '');
  const fromMs = countsFromMs(verification, change);
  return (
    cameLate(verification.before, duringOf(pass, change, verification)) ??
    endedByItself(verification.driver, driverOf(pass, change, own, { fromMs, toMs: Infinity }))
  );
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

/** First sample that is nearer to where it came to than to where it was. */
function shownAt(before: readonly number[], during: readonly number[]): number {
  const half = (meanOf(before) + meanOf(during.slice(-Math.ceil(during.length / 2)))) / 2;
  return Math.max(
    0,
    during.findIndex((value) => value < half),
  );
}

function duringOf(pass: Pass, change: Change, verification: Verification): readonly number[] {
  const own = pass.observed.objectives.get(change.objectiveId ?? '');
  if (own === undefined) return [];
  const samples = samplesAfter(own, countsFromMs(verification, change));
  return adjusted(pass, samples, verification.comparisons);
}

/** The verdict as it is written: one that is to be proved by going back keeps nothing yet. */
export function withTrial(
  pass: Pass,
  change: Change,
  verification: Verification,
  verdict: VerdictRecord,
): VerdictRecord {
  const doubt = doubtOf(pass, change, verification, verdict);
  if (doubt === null) return verdict;
  const { before, comparisons } = verification;
  const all = duringOf(pass, change, verification);
  // What went on before it showed is no part of what is to be proved.
  const during = all.slice(shownAt(before, all));
  remember(pass, change, { before, during, comparisons, after: [], backMs: NaN, fromMs: NaN });
  const why = `better, but ${doubt}: going back will tell`;
  return {
    ...verdict,
    verdict: 'inconclusive',
    switchback: true,
    evidence: [...verdict.evidence, why],
  };
}

/** Watches the objective after the way back of a change on trial, until that says what it did. */
export function watchBack(pass: Pass, change: Change): void {
  if (change.state !== 'rolled-back' || !isOnTrial(change)) return;
  const known = pass.observed.switchbacks.get(change.id);
  const own = pass.observed.objectives.get(change.objectiveId ?? '');
  if (known === undefined || own === undefined)
    return end(pass, change, 'refuted', 'what was measured before is not known any more');
  const { settleMs, maxMs, minSamples } = change.verify;
  const begun = begin(pass, change, known, settleMs);
  const other = [...pass.durable.changes.values()].find(
    (open) => isTouching(open.state) && touchesObjective(pass, open, own),
  );
  if (other !== undefined)
    return end(pass, change, 'refuted', `${other.id} was made meanwhile and hides what it did`);
  const after = adjusted(pass, samplesAfter(own, begun.fromMs), begun.comparisons);
  const seen = { ...begun, after };
  remember(pass, change, seen);
  if (after.length < FEWEST_BACK) {
    if (pass.now.monoMs - begun.backMs > maxMs)
      end(pass, change, 'refuted', `only ${after.length} samples after going back`);
    return;
  }
  const proof = proofOf(pass, change, seen);
  if (proof.proved) return end(pass, change, 'proved', proof.text);
  const isOver = pass.now.monoMs - begun.backMs > maxMs;
  if (isOver || (after.length >= minSamples && !proof.back))
    end(pass, change, 'refuted', proof.text);
}

/** Counts from the first frame after the last device was read back as it was, once settled. */
function begin(pass: Pass, change: Change, known: Switchback, settleMs: number): Switchback {
  if (!Number.isNaN(known.backMs)) return known;
  const begun = { ...known, backMs: pass.now.monoMs, fromMs: pass.now.monoMs + settleMs };
  remember(pass, change, begun);
  return begun;
}

interface Proof {
  readonly proved: boolean;
  /** Whether the objective is nearer to how it was before than to how it was with the change. */
  readonly back: boolean;
  readonly text: string;
}

function proofOf(pass: Pass, { verify }: Change, { before, during, after }: Switchback): Proof {
  const { pValue, mean } = pass.env.strategies.sequentialTest(
    { before: [...before, ...after], after: during },
    SCALES,
  );
  const [a, b, c] = [meanOf(before), meanOf(during), meanOf(after)];
  const back = c > (a + b) / 2;
  const gained = Math.log(1 - verify.minGainRatio);
  const proved = back && b - c <= gained && mean <= gained && pValue < verify.alpha;
  const text =
    `${after.length} samples after going back are ${percent(Math.exp(c - b) - 1)} above those with ` +
    `the change, which are ${percent(1 - Math.exp(mean))} better than all without it`;
  return { proved, back, text };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function end(pass: Pass, { id }: Change, outcome: 'proved' | 'refuted', reason: string): void {
  pass.record({ kind: 'switchback-judged', id, outcome, reason });
}

function remember(pass: Pass, { id }: Change, next: Switchback): void {
  pass.observe({ switchbacks: new Map(pass.observed.switchbacks).set(id, next) });
}
