import type { Change, TelemetryFrame, VerdictRecord } from '../../model';
import {
  changeBeginsMs,
  comparable,
  quantilesOf,
  samplesBefore,
  touchedLoss,
  touchedPauses,
} from '../effect';
import type { Verification } from '../observed';
import type { Pass } from '../pass';
import { adjusted, chooseComparisons } from './comparison';
import { countsFromMs } from './counting';
import { drivenBefore } from './driven';
import { driverOf, noteDown } from './driver';
import { chooseLinks, lessLinks } from './linked';
import { noteLinks } from './link-sample';
import { judgeForeseen } from './foreseen';
import { judge } from './judge';
import { trialOfFirst, watchBack, withTrial, type Judged } from './switchback';

/** Stage 7. Measures what each applied change did, against the time before and untouched traffic. */
export function verify(pass: Pass): void {
  noteDown(pass);
  noteLinks(pass);
  for (const { id } of pass.durable.changes.values()) {
    const change = pass.durable.changes.get(id);
    if (change?.state === 'applied') begin(pass, change);
    else if (change?.state === 'verifying' && change.verdict === null) look(pass, change);
    else if (change?.state === 'rolled-back') watchBack(pass, change);
  }
}

function begin(pass: Pass, change: Change): void {
  const own =
    change.objectiveId === null ? undefined : pass.observed.objectives.get(change.objectiveId);
  const othersBeforeMs = new Map<string, readonly number[]>();
  for (const [id, state] of pass.observed.objectives)
    if (id !== change.objectiveId) othersBeforeMs.set(id, comparable(pass, change, state));
  const first = change.repeats === undefined ? undefined : trialOfFirst(pass, change.repeats);
  const all = own === undefined ? [] : samplesBefore(pass, change, own);
  // Of a change that is made again only the time since going back is as bad as before.
  const since = all.filter(({ atMs }) => atMs > (first?.fromMs ?? NaN));
  const samples = since.length > 0 ? since : all;
  const chosen = own === undefined ? [] : chooseComparisons(pass, change, own);
  const comparisons = first?.comparisons ?? chosen;
  const linkable = own !== undefined && first === undefined && comparisons.length === 0;
  const links = linkable ? chooseLinks(pass, change, own) : [];
  const untilMs = changeBeginsMs(pass, change);
  const window = { fromMs: Math.min(untilMs - 1, samples[0]?.atMs ?? -Infinity), toMs: untilMs };
  const driver = driverOf(pass, change, own, window);
  const driven = first === undefined && drivenBefore(pass, change, driver, samples, comparisons);
  const verification: Verification = {
    startedMs: pass.now.monoMs,
    firstFrameMs: NaN,
    beforeMs: quantilesOf(samples),
    before:
      first === undefined
        ? adjusted(pass, samples, comparisons)
        : [...first.before, ...first.after],
    comparisons,
    ...(links.length === 0 ? {} : { linked: { links, before: lessLinks(pass, samples, links) } }),
    earlier: first?.during ?? [],
    driver,
    ...(driven === false || driven === undefined ? {} : { driven }),
    othersBeforeMs,
    lossBefore: touchedLoss(pass, change),
    lossAfter: [],
    frame: pass.observed.frame?.sequence ?? 0,
    pauseBeforePps: pausesBefore(pass, change),
    pauseAfterPps: [],
  };
  pass.observe({
    verifications: new Map(pass.observed.verifications).set(change.id, verification),
  });
  pass.transition(change, 'observe', 'measuring its effect');
}

/** The averages where there are some: pauses come in bursts. */
function pausesBefore({ observed: { trend, frame } }: Pass, change: Change): number {
  if (trend !== null) return touchedPauses(change, trend.layout, trend);
  return frame === null ? NaN : touchedPauses(change, frame.layout, frame.channels);
}

function look(pass: Pass, change: Change): void {
  const verification = pass.observed.verifications.get(change.id);
  if (verification === undefined || pass.observed.frame === null) return;
  const looked = withFirstFrame(pass, change, verification, pass.observed.frame);
  const seen = withLoss(pass, change, looked);
  const judged = judgedBy(pass, change, seen);
  if (judged === null) return;
  const { verdict, trial } = judged;
  const proof = trial === null ? {} : { trial };
  pass.record({ kind: 'verdict', id: change.id, verdict: rounded(verdict), ...proof });
}

function judgedBy(pass: Pass, change: Change, seen: Verification): Judged | null {
  if (change.foreseen !== undefined) {
    const verdict = judgeForeseen(pass, change, change.foreseen, seen);
    return verdict === null ? null : { verdict, trial: null };
  }
  const verdict = judge(pass, change, seen);
  return verdict === null ? null : withTrial(pass, change, seen, verdict);
}

function withFirstFrame(
  pass: Pass,
  change: Change,
  verification: Verification,
  { sequence, atMs }: TelemetryFrame,
): Verification {
  const isFirst = Number.isNaN(verification.firstFrameMs) && sequence !== verification.frame;
  return isFirst ? remember(pass, change, { ...verification, firstFrameMs: atMs }) : verification;
}

function remember(pass: Pass, change: Change, next: Verification): Verification {
  pass.observe({ verifications: new Map(pass.observed.verifications).set(change.id, next) });
  return next;
}

/** One look at loss and pauses for each new frame, once the change has settled. */
function withLoss(pass: Pass, change: Change, verification: Verification): Verification {
  const { frame } = pass.observed;
  const settled = (frame?.atMs ?? -Infinity) > countsFromMs(verification, change);
  if (frame === null || frame.sequence === verification.frame || !settled) return verification;
  const lossAfter = [...verification.lossAfter, touchedLoss(pass, change)];
  const pauses = touchedPauses(change, frame.layout, frame.channels);
  const pauseAfterPps = [...verification.pauseAfterPps, pauses];
  return remember(pass, change, {
    ...verification,
    lossAfter,
    pauseAfterPps,
    frame: frame.sequence,
  });
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
