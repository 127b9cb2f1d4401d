import type { Experience, LearningPolicy } from '@weir/core/model';
import { faded, learningKey } from '@weir/core/state';
import type { ReadModel } from '../read-model';

/** What was learned as people read it: the counts as they are kept, and what they come to now. */
export interface LearnedView extends Experience {
  readonly now: {
    readonly helped: number;
    readonly failed: number;
    /** helped / (helped + failed); null when both have faded. */
    readonly successRatio: number | null;
  };
}

/** Less than this much of a verdict is none. */
const FADED = 1e-6;

/** By cause, action and context. `atMs` is wall time. */
export function learningView(
  model: Pick<ReadModel, 'learning'>,
  { halfLifeMs }: Pick<LearningPolicy, 'halfLifeMs'>,
  atMs: number,
): LearnedView[] {
  const entries = [...model.learning()].sort((a, b) => (learningKey(a) < learningKey(b) ? -1 : 1));
  return entries.map((entry) => {
    const { helped, failed } = faded(entry, atMs, halfLifeMs);
    const tries = helped + failed;
    const successRatio = tries > FADED ? helped / tries : null;
    return { ...entry, now: { helped, failed, successRatio } };
  });
}
