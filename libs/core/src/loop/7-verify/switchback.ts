import { isTouching } from '../../change';
import type { Change, ChangeId, TrialRecord, VerdictRecord } from '../../model';
import { samplesAfter, touchesObjective } from '../effect';
import type { Switchback, Verification } from '../observed';
import type { Pass } from '../pass';
import { isOnTrial } from '../../state';
import { adjusted } from './comparison';
import { doubtOf, duringOf } from './doubt';
import { meanOf } from './mean';
import { percent } from './percent';
import { SCALES } from './scales';

/** Samples after going back, from which it may be seen that the objective is as bad as it was. */
const FEWEST_BACK = 5;

/** First sample that is nearer to where it came to than to where it was. */
function shownAt(before: readonly number[], during: readonly number[]): number {
  const half = (meanOf(before) + meanOf(during.slice(-Math.ceil(during.length / 2)))) / 2;
  return Math.max(
    0,
    during.findIndex((value) => value < half),
  );
}

export interface Judged {
  readonly verdict: VerdictRecord;
  /** Of a verdict that is to be proved by going back. */
  readonly trial: TrialRecord | null;
}

/** The verdict as it is written: one that is to be proved by going back keeps nothing yet. */
export function withTrial(
  pass: Pass,
  change: Change,
  verification: Verification,
  verdict: VerdictRecord,
): Judged {
  const doubt = doubtOf(pass, change, verification, verdict);
  if (doubt === null) return { verdict, trial: null };
  const { before, comparisons } = verification;
  const all = duringOf(pass, change, verification);
  // What went on before it showed is no part of what is to be proved.
  const during = all.slice(shownAt(before, all)).slice(-MOST_DURING);
  const why = `better, but ${doubt}: going back will tell`;
  const evidence = [...verdict.evidence, why];
  return {
    verdict: { ...verdict, verdict: 'inconclusive', switchback: true, evidence },
    trial: { before, during, comparisons },
  };
}

/** Samples with a change on trial that its record holds, the newest: more prove nothing more. */
const MOST_DURING = 64;

/** What was measured of a change on trial, as its record says and as was seen since. */
function knownOf({ observed }: Pass, { id, trial }: Change): Switchback | undefined {
  const seen = observed.switchbacks.get(id);
  if (seen !== undefined || trial === undefined) return seen;
  return { ...trial, after: [], backMs: NaN, fromMs: NaN };
}

/** What is known of the change that is made again. */
export function trialOfFirst(pass: Pass, id: ChangeId): Switchback | undefined {
  const first = pass.durable.changes.get(id);
  return first === undefined ? pass.observed.switchbacks.get(id) : knownOf(pass, first);
}

/** How old what was measured may be, in times of the longest verification. */
const TRIAL_AGE = 2;

/** Watches the objective after the way back of a change on trial, until that says what it did. */
export function watchBack(pass: Pass, change: Change): void {
  if (change.state !== 'rolled-back' || !isOnTrial(change)) return;
  const known = knownOf(pass, change);
  const own = pass.observed.objectives.get(change.objectiveId ?? '');
  // After a restart no objective is known before the first look.
  if (own === undefined && !pass.looked) return;
  if (known === undefined || own === undefined)
    return end(pass, change, 'refuted', 'what was measured before is not known any more');
  const { settleMs, maxMs, minSamples } = change.verify;
  const agedMs = pass.now.wallMs - (change.times.settled ?? change.updatedMs);
  if (Number.isNaN(known.backMs) && agedMs > TRIAL_AGE * maxMs)
    return end(pass, change, 'refuted', 'it was taken back too long ago to be compared with');
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

function end(pass: Pass, { id }: Change, outcome: 'proved' | 'refuted', reason: string): void {
  pass.record({ kind: 'switchback-judged', id, outcome, reason });
}

function remember(pass: Pass, { id }: Change, next: Switchback): void {
  pass.observe({ switchbacks: new Map(pass.observed.switchbacks).set(id, next) });
}
