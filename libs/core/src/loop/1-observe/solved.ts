import type { LoopEvent } from '../events';
import type { ExactQuestion } from '../observed';
import type { Pass } from '../pass';

/** Rounding of a solver's shares. */
const SLACK = 1e-6;

/**
 * Takes up what an exact solver came to. An answer that nobody waits for any more, or that cannot
 * be, is not used; the search goes on with what the loop's own methods found.
 */
export function observeSolved(
  pass: Pass,
  { id, answer, reason }: Extract<LoopEvent, { kind: 'solved' }>,
): void {
  const { exact } = pass.observed;
  const asked = [...(exact?.byObjective ?? [])].find(([, question]) => question.id === id);
  if (exact === undefined || asked === undefined) return;
  const [objectiveId, question] = asked;
  const shares = answer === null ? null : sharesOf(question, answer.split);
  const byObjective = new Map(exact.byObjective);
  byObjective.set(objectiveId, { ...question, answer: shares, ended: true });
  const failure = answer === null ? reason : 'shares that cannot be';
  pass.observe({
    exact: {
      ...exact,
      byObjective,
      answered: exact.answered + (shares === null ? 0 : 1),
      failed: exact.failed + (shares === null ? 1 : 0),
      failure: shares === null ? failure : exact.failure,
      gapRatio:
        answer === null || shares === null || !(answer.utilization > 0)
          ? exact.gapRatio
          : Math.max(0, question.utilization / answer.utilization - 1),
    },
  });
}

/** Shares by commodity and path; null where they are none. */
function sharesOf(
  { commodities }: ExactQuestion,
  split: Float64Array,
): readonly (readonly number[])[] | null {
  let from = 0;
  const shares: (readonly number[])[] = [];
  for (const { interfaces } of commodities) {
    const own = [...split.slice(from, from + interfaces.length)];
    from += interfaces.length;
    const sum = own.reduce((total, share) => total + share, 0);
    if (own.length !== interfaces.length || !(Math.abs(sum - 1) < SLACK)) return null;
    if (own.some((share) => !(share >= -SLACK))) return null;
    shares.push(own.map((share) => Math.max(0, share)));
  }
  return shares;
}
