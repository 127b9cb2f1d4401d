import type { Change, Experience, RecordBody, Verdict } from '../model';
import type { DurableState } from './durable';
import { LIMITS } from './limits';

type Named = Pick<Experience, 'cause' | 'action' | 'context'>;

export const learningKey = ({ cause, action, context }: Named): string =>
  `${cause}|${action}|${context}`;

/** The counts as of a later time: a verdict loses half of its weight in each half-life. */
export function faded(experience: Experience, atMs: number, halfLifeMs: number): Experience {
  // A clock that was set back makes nothing younger than it is.
  const share = 2 ** (-Math.max(0, atMs - experience.atMs) / halfLifeMs);
  const { helped, failed } = experience;
  return { ...experience, helped: helped * share, failed: failed * share, atMs };
}

/**
 * Counts the verdict of a change when the change has ended: once, because a change ends once. What
 * was not measured teaches nothing; an effect that could not be told from chance is half a failure,
 * so that what never shows a gain gives way to what does.
 */
export function learn(state: DurableState, change: Change, atMs: number): DurableState {
  const { lesson, verdict, origin } = change;
  const ended = change.state === 'confirmed' || change.state === 'rolled-back';
  if (!ended || origin !== 'rule' || lesson === undefined || verdict === null) return state;
  const { helped, failed } = WORTH[verdict.verdict];
  const { halfLifeMs, ...named } = lesson;
  const key = learningKey(named);
  const none = { ...named, helped: 0, failed: 0, atMs, verdicts: 0 };
  const before = faded(state.learning.get(key) ?? none, atMs, halfLifeMs);
  const learning = new Map(state.learning);
  // Written anew it becomes the newest of all, and the oldest is dropped first.
  learning.delete(key);
  learning.set(key, {
    ...before,
    helped: before.helped + helped,
    failed: before.failed + failed,
    verdicts: before.verdicts + 1,
  });
  return { ...state, learning: bounded(learning) };
}

const WORTH: Readonly<Record<Verdict, Pick<Experience, 'helped' | 'failed'>>> = {
  improved: { helped: 1, failed: 0 },
  'no-effect': { helped: 0, failed: 1 },
  harmed: { helped: 0, failed: 1 },
  inconclusive: { helped: 0, failed: 0.5 },
};

type LearningBody = Extract<RecordBody, { kind: 'learning-reset' | 'learning-imported' }>;

export function foldLearning(state: DurableState, body: LearningBody): DurableState {
  const learning = new Map(state.learning);
  if (body.kind === 'learning-imported')
    for (const entry of body.entries) {
      learning.delete(learningKey(entry));
      learning.set(learningKey(entry), entry);
    }
  else for (const [key, entry] of state.learning) if (isMeant(entry, body)) learning.delete(key);
  return { ...state, learning: bounded(learning) };
}

/** Null means every cause, or every action. */
export const isMeant = (
  entry: Named,
  { cause, action }: { readonly cause: string | null; readonly action: string | null },
): boolean =>
  (cause === null || entry.cause === cause) && (action === null || entry.action === action);

function bounded(learning: Map<string, Experience>): ReadonlyMap<string, Experience> {
  for (const key of learning.keys()) {
    if (learning.size <= LIMITS.learned) break;
    learning.delete(key);
  }
  return learning;
}
