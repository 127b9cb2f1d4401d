import { isTerminal } from '@weir/core/change';
import type { Change, Experience } from '@weir/core/model';
import type { Comparison, LessonTold } from './explanation';

/** Predicted beside measured; null where there is nothing to compare. */
export function comparisonOf({ plan, verdict, origin }: Change): Comparison | null {
  if (verdict === null || verdict.samples === 0 || origin !== 'rule') return null;
  const { gainRatio, uncertaintyRatio } = plan.predicted;
  return {
    predictedRatio: gainRatio,
    uncertaintyRatio,
    measuredRatio: verdict.effectRatio,
    asPredicted: Math.abs(verdict.effectRatio - gainRatio) <= uncertaintyRatio,
  };
}

/** What the change taught. `known` is what is known by now of the same. */
export function lessonOf(
  { lesson, verdict, state, switchback }: Change,
  known: Experience | undefined,
): LessonTold | null {
  if (lesson === undefined) return null;
  const { cause, action, context } = lesson;
  return {
    ...{ cause, action, context },
    counted: countedAs(state, verdict, switchback),
    now: known === undefined ? null : rateOf(known),
  };
}

function countedAs(
  state: Change['state'],
  verdict: Change['verdict'],
  switchback: Change['switchback'],
): LessonTold['counted'] {
  if (!isTerminal(state)) return 'open';
  // Taken back to see what it had done: proved, the change that repeats it counts instead.
  if (verdict?.switchback === true && switchback?.outcome !== 'refuted')
    return switchback === undefined ? 'open' : 'none';
  const measured = state === 'confirmed' || state === 'rolled-back';
  if (!measured || verdict === null) return 'none';
  if (verdict.verdict === 'inconclusive') return 'half-failed';
  return verdict.verdict === 'improved' ? 'helped' : 'failed';
}

function rateOf({ helped, failed }: Experience): NonNullable<LessonTold['now']> {
  const tries = helped + failed;
  return { helped, failed, successRatio: tries > 0 ? helped / tries : null };
}
