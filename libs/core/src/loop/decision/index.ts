import type { Decision } from '../../model';
import type { Pass } from '../pass';

/**
 * Records of decisions: what a rule was chosen by, or why none was. A change's decision is written
 * right before the change; where nothing came of it, only another answer is news.
 */

/** An incident on which the answers go to and fro is not written down more often than this, ms. */
const REST_MS = 10_000;

/** Stage 5: the change that comes of it is written next. */
export function recordDecision(pass: Pass, decision: Decision): void {
  pass.record({ kind: 'decision-taken', decision });
}

/** Nothing came of it; written when the answers are others than at the last time. */
export function noteDecision(pass: Pass, decision: Decision): void {
  const last = pass.durable.decisions.get(decision.incident);
  if (last !== undefined) {
    if (answersOf(last) === answersOf(decision)) return;
    if (decision.atMs - last.atMs < REST_MS && last.chosen === null) return;
  }
  recordDecision(pass, decision);
}

/** The answers without the figures, which move from look to look. */
const answersOf = ({ rules, chosen }: Decision): string =>
  [...rules.map(({ rule, answer }) => `${rule}=${answer}`), chosen?.rule ?? ''].join(' ');
