import type { Cause } from '../../model';

/** Odds that none of the named causes is it, before anything is weighed. */
const UNKNOWN_ODDS = 0.25;
/** No signal is beyond doubt. */
const MAX_SCORE = 0.995;
/**
 * Temperature of the softmax: 1 would take scores for probabilities of causes that were weighed each
 * by itself. They are products of cautious weights, and of the causes that lead more are right than
 * that says; the bench of causes shows how many (reliability, Brier score).
 */
const TEMPERATURE = 0.6;

/**
 * Gives each cause its probability; what is left of one is `unknown`. A score says how far the
 * cause's own signals lie between "cannot be" and "certainly is", so that s / (1 - s) are its odds
 * against "it is not this one", sharpened by the temperature. With one cause to be found, those odds
 * divided by their sum, that of `unknown` included, are the posterior: a softmax over the logits. A
 * noisy-or lets several causes be true at once and does not add up to one; causes that explain each
 * other were weighed against each other before, by the scores.
 */
export function withProbabilities(causes: readonly Cause[]): readonly Cause[] {
  const named = causes.filter(({ name }) => name !== 'unknown');
  const odds = named.map(({ score }) => {
    const known = Math.min(MAX_SCORE, Math.max(0, score));
    return (known / (1 - known)) ** (1 / TEMPERATURE);
  });
  const total = odds.reduce((sum, value) => sum + value, UNKNOWN_ODDS);
  const rest: Cause = {
    name: 'unknown',
    score: 0,
    at: '',
    evidence: ['what none of the causes that are known explains'],
    ...causes.find(({ name }) => name === 'unknown'),
    probability: UNKNOWN_ODDS / total,
  };
  return [...named.map((cause, i) => ({ ...cause, probability: (odds[i] ?? 0) / total })), rest];
}
