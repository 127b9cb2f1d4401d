import type { Change } from '../../model';
import { median, quantilesOf, samplesAfter, samplesBefore, touchesObjective } from '../effect';
import type { ObjectiveSample, ObjectiveState, Verification } from '../observed';
import type { Pass } from '../pass';
import { logOf } from './comparison';
import { falseRollbackRatio } from './error-rates';
import { isAllWorse } from './own-effect';
import { percent } from './percent';

/** What there is against a change. */
export interface Harm {
  /** Beyond the error that the policy permits: the change goes back at once. */
  readonly proved: string | null;
  /** It may be so: the change is not kept while it looks like this. */
  readonly suspected: string | null;
  /** Objectives on the written devices that have sent too little since to say anything. */
  readonly unheard: readonly string[];
}

const NONE: Harm = { proved: null, suspected: null, unheard: [] };
const SCALES = { priorScale: 2, leastDeviation: 0.05 };
/** Samples after the change from which an objective is heard, whatever the policy asks of its own. */
const FEWEST_HEARD = 3;
/** An objective that is worse but this far within its threshold is not harmed. */
const COMFORTABLE = 0.8;

/** Harm to others: objectives on the written devices, loss, pauses, and the tails of them all. */
export function harmElsewhere(
  pass: Pass,
  change: Change,
  verification: Verification,
  fromMs: number,
): Harm {
  const found = [lossHarm(change, verification), pauseHarm(change, verification)];
  for (const [id, state] of pass.observed.objectives)
    if (id === change.objectiveId || touchesObjective(pass, change, state))
      found.push(tailHarm(pass, change, id, state, fromMs));
  for (const [id, beforeMs] of verification.othersBeforeMs) {
    const state = pass.observed.objectives.get(id);
    if (state === undefined || beforeMs.length === 0) continue;
    if (!touchesObjective(pass, change, state)) continue;
    found.push(objectiveHarm(pass, change, { id, state, beforeMs, fromMs }));
  }
  return {
    proved: found.find((harm) => harm.proved !== null)?.proved ?? null,
    suspected: found.find((harm) => harm.suspected !== null)?.suspected ?? null,
    unheard: found.flatMap((harm) => harm.unheard),
  };
}

function lossHarm({ verify }: Change, { lossBefore, lossAfter }: Verification): Harm {
  // The median, since a saturated link loses in one interval and not in the next.
  const lossNow = median(lossAfter);
  if (!(lossNow - lossBefore > verify.harm.lossIncrease)) return NONE;
  const what = `loss on the touched links rose from ${percent(lossBefore)} to ${percent(lossNow)}`;
  return { ...NONE, proved: what };
}

/** Frames since the change settled without which nothing is said of pauses. */
const FEWEST_FRAMES = 3;

function pauseHarm({ verify }: Change, { pauseBeforePps, pauseAfterPps }: Verification): Harm {
  const limitPps = verify.harm.pauseIncreasePps ?? 0;
  const now = median(pauseAfterPps);
  if (limitPps === 0 || pauseAfterPps.length < FEWEST_FRAMES) return NONE;
  if (!(now - (pauseBeforePps || 0) > limitPps)) return NONE;
  const what = `pauses at the written devices rose to ${Math.round(now)} a second`;
  return { ...NONE, proved: what };
}

/** The 99th percentile against its time before the change, by the same test as the quantile. */
function tailHarm(
  pass: Pass,
  change: Change,
  id: string,
  state: ObjectiveState,
  fromMs: number,
): Harm {
  const limit = change.verify.harm.tailRatio ?? 0;
  if (limit === 0) return NONE;
  const logs = (samples: readonly ObjectiveSample[]): readonly number[] =>
    samples.flatMap(({ tailMs }) => (tailMs === undefined ? [] : [logOf(tailMs)]));
  const { mean, pValue } = pass.env.strategies.sequentialTest(
    {
      before: logs(samplesBefore(pass, change, state)),
      after: logs(samplesAfter(state, fromMs)),
    },
    SCALES,
  );
  const ratio = Math.exp(mean) - 1;
  if (!(ratio > limit)) return NONE;
  const what = `the 99th percentile of ${id} is ${percent(ratio)} worse`;
  const proved = pValue < falseRollbackRatio(change.verify);
  return { ...NONE, proved: proved ? what : null, suspected: what };
}

interface Other {
  readonly id: string;
  readonly state: ObjectiveState;
  readonly beforeMs: readonly number[];
  readonly fromMs: number;
}

function objectiveHarm(
  pass: Pass,
  { verify }: Change,
  { id, state, beforeMs, fromMs }: Other,
): Harm {
  const after = quantilesOf(samplesAfter(state, fromMs));
  if (after.length === 0) return { ...NONE, unheard: [id] };
  const ratio = median(after) / median(beforeMs) - 1;
  const within = median(after) <= COMFORTABLE * (state.objective.thresholdMs ?? Infinity);
  const unheard = after.length < Math.min(FEWEST_HEARD, verify.minSamples) ? [id] : [];
  if (!(ratio > verify.harm.otherObjectivesRatio) || within) return { ...NONE, unheard };
  const what = `${id}, which shares the devices, is ${percent(ratio)} worse`;
  const test = pass.env.strategies.sequentialTest(
    { before: beforeMs.map(logOf), after: after.map(logOf) },
    SCALES,
  );
  const proved =
    isAllWorse(beforeMs, after) || (test.mean > 0 && test.pValue < falseRollbackRatio(verify));
  return { proved: proved ? what : null, suspected: what, unheard };
}
