import type { Change } from '../../model';
import { median, quantilesOf, samplesAfter, touchesObjective } from '../effect';
import type { ObjectiveState, Verification } from '../observed';
import type { Pass } from '../pass';
import { logOf } from './comparison';
import { falseRollbackRatio } from './error-rates';
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

/** Harm to others: objectives on the written devices, and loss on the touched links. */
export function harmElsewhere(
  pass: Pass,
  change: Change,
  verification: Verification,
  fromMs: number,
): Harm {
  const found = [lossHarm(change, verification)];
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
  const proved = test.mean > 0 && test.pValue < falseRollbackRatio(verify);
  return { proved: proved ? what : null, suspected: what, unheard };
}
