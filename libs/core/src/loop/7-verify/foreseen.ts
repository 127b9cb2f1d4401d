import type {
  Change,
  ForeseenLoad,
  Objective,
  RouteWeights,
  TelemetryFrame,
  Verdict,
  VerdictRecord,
} from '../../model';
import { median, touchesObjective } from '../effect';
import { exposureUnder } from '../forecast';
import { flowsOf, legsOf, loadsOf, routingOf, whatIf, type Leg } from '../network';
import {
  thresholdOf,
  type ForeseenLook,
  type ObjectiveState,
  type Verification,
} from '../observed';
import type { Pass } from '../pass';
import { countsFromMs } from './counting';
import { harmElsewhere } from './harm';
import { percent } from './percent';

/** Frames in which the foreseen load was there, before anything is concluded from them. */
const LEAST_LOOKS = 3;

/**
 * The verdict on a change that was made before the breach. There is no bad time before it to compare
 * with; instead each frame is asked what the old routes would carry of the traffic that is measured
 * now. When that is at least the lower end of the forecast, what was foreseen has come, and the change
 * improved it if the paths expose the objective to less than the old routes would. When it has not
 * come by the time that it was due, and for as long again, the change was needless and is undone.
 */
export function judgeForeseen(
  pass: Pass,
  change: Change,
  foreseen: ForeseenLoad,
  verification: Verification,
): VerdictRecord | null {
  const looks = looksWith(pass, change, foreseen, verification);
  const came = looks.filter(({ withoutRatio }) => withoutRatio >= foreseen.lowerRatio);
  const gain =
    median(came.map(({ exposure }) => exposure)) / median(came.map(({ without }) => without)) - 1;
  const as = (verdict: Verdict, why: string): VerdictRecord => ({
    verdict,
    beforeMs: NaN,
    afterMs: NaN,
    effectRatio: gain,
    pValue: 1,
    samples: came.length,
    evidence: [wordsOf(foreseen, looks, came), why],
  });
  const harm = harmBy(pass, change, verification, came.length > 0);
  if (harm !== null) return as('harmed', harm);
  if (came.length >= LEAST_LOOKS)
    return gain <= -change.verify.minGainRatio
      ? as('improved', `the paths expose the objective to ${percent(-gain)} less than without it`)
      : as('no-effect', 'the paths expose the objective to as much as they would without it');
  const elapsedMs = pass.now.monoMs - verification.startedMs;
  const isOver = pass.now.wallMs > foreseen.dueMs + foreseen.horizonMs;
  if (!isOver && elapsedMs < change.verify.maxMs) return null;
  return as('no-effect', 'what was foreseen did not come: the change was not needed');
}

function wordsOf(
  { channel, lowerRatio, upperRatio }: ForeseenLoad,
  looks: readonly ForeseenLook[],
  came: readonly ForeseenLook[],
): string {
  const most = looks.reduce((top, { withoutRatio }) => Math.max(top, withoutRatio), 0);
  return (
    `foreseen for ${channel}: ${percent(lowerRatio)} to ${percent(upperRatio)}; without the change ` +
    `it would have carried up to ${percent(most)}, and that much in ${came.length} looks`
  );
}

/** Looks of the frames since the change settled, this one included. */
function looksWith(
  pass: Pass,
  change: Change,
  { channel, before }: ForeseenLoad,
  verification: Verification,
): readonly ForeseenLook[] {
  const looks = verification.foreseen ?? [];
  const { frame, objectives } = pass.observed;
  const state = objectives.get(change.objectiveId ?? '');
  if (frame === null || state === undefined) return looks;
  if (!(frame.atMs > countsFromMs(verification, change))) return looks;
  if (looks.at(-1)?.frame === frame.sequence) return looks;
  const [now, without] = exposures(pass, frame, state.objective, before);
  const look: ForeseenLook = {
    frame: frame.sequence,
    withoutRatio: whatIf(pass, before).loads.get(channel) ?? 0,
    without,
    exposure: now,
  };
  const foreseen = [...looks, look];
  const next = { ...verification, foreseen };
  pass.observe({ verifications: new Map(pass.observed.verifications).set(change.id, next) });
  return foreseen;
}

/**
 * Until the load comes, anything that gets worse is the change's doing. After that the world is worse
 * anyway, and only what is worse than it would be without the change counts.
 */
function harmBy(
  pass: Pass,
  change: Change,
  verification: Verification,
  hasCome: boolean,
): string | null {
  if (!hasCome) {
    const own = pass.observed.objectives.get(change.objectiveId ?? '');
    if (own?.state === 'breached')
      return 'the objective is missed, before what was foreseen has come';
    return harmElsewhere(pass, change, verification, countsFromMs(verification, change)).proved;
  }
  const { frame, objectives } = pass.observed;
  const before = change.foreseen?.before;
  if (frame === null || before === undefined) return null;
  for (const [id, state] of objectives) {
    if (id === change.objectiveId || !touchesObjective(pass, change, state)) continue;
    if (!isMissed(pass, state)) continue;
    const [now, without] = exposures(pass, frame, state.objective, before);
    if (now / without - 1 > change.verify.harm.otherObjectivesRatio)
      return `${id} is missed, and its paths expose it to ${percent(now / without - 1)} more than without the change`;
  }
  return null;
}

/** More legs than these are taken to follow the weights: to look where each goes would take long. */
const MOST_LEGS = 256;

/** What an objective is exposed to as it is, and with the old routes. */
function exposures(
  pass: Pass,
  frame: TelemetryFrame,
  objective: Objective,
  before: readonly RouteWeights[],
): readonly [now: number, without: number] {
  const old = whatIf(pass, before);
  const model = routingOf(pass);
  const bps = frame.prefixes.txBps;
  const few = legsOf(pass, objective).length <= MOST_LEGS;
  const changed = new Set(before.map(({ device }) => device));
  const now = (leg: Leg) =>
    few ? flowsOf(frame, bps, model, leg) : model.spread(leg.from, leg.prefix).shares;
  const then = (leg: Leg) =>
    few
      ? flowsOf(frame, bps, old.model, leg, changed)
      : old.model.spread(leg.from, leg.prefix).shares;
  return [
    exposureUnder(pass, objective, loadsOf(frame), now),
    exposureUnder(pass, objective, old.loads, then),
  ];
}

/** By the latest samples: the window is slow. */
function isMissed(pass: Pass, state: ObjectiveState): boolean {
  const latest = state.samples.slice(-LEAST_LOOKS).map(({ quantileMs }) => quantileMs);
  return median(latest) > thresholdOf(state, pass.env.policy.detect);
}
