import type { Change, VerdictRecord } from '../../model';
import type { ObjectiveState, Verification } from '../observed';
import type { Pass } from '../pass';
import { judge } from './judge';
import { median, touchedLoss } from './measure';

/** Samples of the time before a change that count, newest first. */
const BEFORE_SAMPLES = 20;

/** Stage 7. Measures what each applied change did, against the time before and untouched traffic. */
export function verify(pass: Pass): void {
  for (const { id } of pass.durable.changes.values()) {
    const change = pass.durable.changes.get(id);
    if (change?.state === 'applied') begin(pass, change);
    else if (change?.state === 'verifying' && change.verdict === null) look(pass, change);
  }
}

function begin(pass: Pass, change: Change): void {
  const objective =
    change.objectiveId === null ? undefined : pass.observed.objectives.get(change.objectiveId);
  const comparisonBeforeMs = new Map<string, number>();
  for (const [id, state] of pass.observed.objectives)
    if (id !== change.objectiveId)
      comparisonBeforeMs.set(id, median(comparable(pass, change, state)));
  const verification: Verification = {
    startedMs: pass.now.monoMs,
    beforeMs: objective === undefined ? [] : samplesBefore(pass, change, objective),
    comparisonBeforeMs,
    lossBefore: touchedLoss(pass, change),
    lossAfter: [],
    frame: pass.observed.frame?.sequence ?? 0,
  };
  pass.observe({
    verifications: new Map(pass.observed.verifications).set(change.id, verification),
  });
  pass.transition(change, 'observe', 'measuring its effect');
}

/** Fewer samples than these in the time of the incident say too little of another objective. */
const FEWEST_BEFORE = 3;

/**
 * What others measured in the time that the change's own objective is compared with; rare samples
 * would otherwise reach back to before the incident, and all be worse after it.
 */
function comparable(pass: Pass, change: Change, state: ObjectiveState): readonly number[] {
  const inside = samplesBefore(pass, change, state);
  if (inside.length >= FEWEST_BEFORE) return inside;
  return state.samples.slice(-FEWEST_BEFORE).map((sample) => sample.quantileMs);
}

/**
 * The time before the change began, as bad as it was: for an incident only since it was first
 * seen, so that the healthy time before it does not make every change look harmful.
 */
function samplesBefore(pass: Pass, change: Change, state: ObjectiveState): readonly number[] {
  const toMono = pass.now.monoMs - pass.now.wallMs;
  const untilMs = (change.times.applying ?? pass.now.wallMs) + toMono;
  const fromMs = (change.times.observed ?? -Infinity) + toMono;
  const inside = state.samples.filter((sample) => sample.atMs >= fromMs && sample.atMs <= untilMs);
  return inside.slice(-BEFORE_SAMPLES).map((sample) => sample.quantileMs);
}

function look(pass: Pass, change: Change): void {
  const verification = pass.observed.verifications.get(change.id);
  if (verification === undefined || pass.observed.frame === null) return;
  const verdict = judge(pass, change, withLoss(pass, change, verification));
  if (verdict === null) return;
  pass.record({ kind: 'verdict', id: change.id, verdict: rounded(verdict) });
}

/** One look at the loss for each new frame, once the change has settled. */
function withLoss(pass: Pass, change: Change, verification: Verification): Verification {
  const frame = pass.observed.frame?.sequence ?? 0;
  const settled = pass.now.monoMs > verification.startedMs + change.verify.settleMs;
  if (frame === verification.frame || !settled) return verification;
  const lossAfter = [...verification.lossAfter, touchedLoss(pass, change)];
  const next = { ...verification, lossAfter, frame };
  pass.observe({ verifications: new Map(pass.observed.verifications).set(change.id, next) });
  return next;
}

/** JSON has no NaN: unknown figures of a verdict are written as -1. */
function rounded(verdict: VerdictRecord): VerdictRecord {
  const clean = (value: number): number => (Number.isFinite(value) ? value : -1);
  return {
    ...verdict,
    beforeMs: clean(verdict.beforeMs),
    afterMs: clean(verdict.afterMs),
    effectRatio: Number.isFinite(verdict.effectRatio) ? verdict.effectRatio : 0,
    pValue: Number.isFinite(verdict.pValue) ? verdict.pValue : 1,
  };
}
