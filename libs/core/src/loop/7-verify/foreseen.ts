import type { Change, ForeseenLoad, Verdict, VerdictRecord } from '../../model';
import { median, touchesObjective } from '../effect';
import { exposureUnder } from '../forecast';
import { loadsOf, routingOf, whatIf } from '../network';
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
  const without = whatIf(pass, before);
  const look: ForeseenLook = {
    frame: frame.sequence,
    withoutRatio: without.loads.get(channel) ?? 0,
    without: exposureUnder(pass, state.objective, without.model, without.loads),
    exposure: exposureUnder(pass, state.objective, routingOf(pass), loadsOf(frame)),
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
  const without = whatIf(pass, before);
  for (const [id, state] of objectives) {
    if (id === change.objectiveId || !touchesObjective(pass, change, state)) continue;
    if (!isMissed(pass, state)) continue;
    const now = exposureUnder(pass, state.objective, routingOf(pass), loadsOf(frame));
    const then = exposureUnder(pass, state.objective, without.model, without.loads);
    if (now / then - 1 > change.verify.harm.otherObjectivesRatio)
      return `${id} is missed, and its paths expose it to ${percent(now / then - 1)} more than without the change`;
  }
  return null;
}

/** By the latest samples: the window is slow. */
function isMissed(pass: Pass, state: ObjectiveState): boolean {
  const latest = state.samples.slice(-LEAST_LOOKS).map(({ quantileMs }) => quantileMs);
  return median(latest) > thresholdOf(state, pass.env.policy.detect);
}
