import {
  actionText,
  type Action,
  type AskedRule,
  type Cause,
  type ConsideredCandidate,
  type Decision,
  type Diagnosis,
  type Experience,
  type Incident,
  type LearnedRate,
  type Rule,
  type RuleAnswer,
} from '../../model';
import type { ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import type { Candidate } from './draft';
import type { Standpoint } from './experience';

/** Bounds of what is written down of one decision. */
const MOST = {
  candidates: 8,
  causes: 6,
  evidence: 4,
  parts: 8,
  rejected: 16,
  notes: 8,
  characters: 240,
};

/** A candidate with what is known of its action. */
export interface Considered {
  readonly candidate: Candidate;
  readonly action: string;
  readonly experience: Experience | null;
}

/** What the rules of the policy answered, as they are asked. */
export class Answers {
  private readonly asked = new Map<string, AskedRule>();

  give(rule: Rule, answer: RuleAnswer, detail = '', considered: readonly Considered[] = []): void {
    const ranked = [...considered].sort(
      (a, b) => a.candidate.predicted.gainRatio - b.candidate.predicted.gainRatio,
    );
    this.asked.set(rule.name, {
      rule: rule.name,
      when: cut(rule.enterText),
      answer,
      detail: cut(detail),
      bestGainRatio: ranked[0]?.candidate.predicted.gainRatio ?? null,
      minGainRatio: rule.verify.minGainRatio,
      candidates: ranked.slice(0, MOST.candidates).map(told),
    });
  }

  has(rule: Rule): boolean {
    return this.asked.has(rule.name);
  }

  /** Every rule in the order of the policy; each has been given its answer. */
  inOrder(rules: readonly Rule[]): readonly AskedRule[] {
    return rules.flatMap(({ name }) => this.asked.get(name) ?? []);
  }
}

function told({ candidate, experience, action: type }: Considered): ConsideredCandidate {
  const { action, predicted, method = '', notes = [] } = candidate;
  const { gainRatio, uncertaintyRatio, explanation } = predicted;
  const nothing = isNothing(action);
  return {
    action: wordsOf(action),
    type: nothing ? 'none' : type,
    gainRatio,
    uncertaintyRatio,
    explanation: cut(explanation),
    method: cut(method),
    notes: notes.slice(0, MOST.notes).map(cut),
    learned: nothing || experience === null ? null : rateOf(experience),
  };
}

const isNothing = (action: Action): boolean =>
  action.type === 'reroute' && action.routes.length === 0;

export const wordsOf = (action: Action): string =>
  isNothing(action) ? 'do nothing' : cut(actionText(action));

export function rateOf({ helped, failed }: Experience): LearnedRate {
  const tries = helped + failed;
  return {
    helped: rounded(helped),
    failed: rounded(failed),
    successRatio: tries > 0 ? rounded(helped / tries) : null,
  };
}

/** All of a decision but what the rules said. */
export function accountOf(
  pass: Pass,
  incident: Incident,
  { objective, healthyMs }: ObjectiveState,
  { causes, rejected = [], facts }: Diagnosis,
  { context }: Standpoint,
): Omit<Decision, 'rules' | 'chosen'> {
  return {
    incident: incident.id,
    objectiveId: objective.id,
    atMs: pass.now.wallMs,
    policyHash: pass.env.policy.hash,
    quantile: objective.quantile,
    healthyMs: Number.isFinite(healthyMs) ? healthyMs : null,
    facts,
    causes: causes.slice(0, MOST.causes).map(bounded),
    rejected: rejected.slice(0, MOST.rejected).map(({ name, why }) => ({ name, why: cut(why) })),
    context,
  };
}

const bounded = (cause: Cause): Cause => ({
  ...cause,
  evidence: cause.evidence.slice(0, MOST.evidence).map(cut),
  ...(cause.parts === undefined ? {} : { parts: cause.parts.slice(0, MOST.parts) }),
});

const cut = (text: string): string =>
  text.length <= MOST.characters ? text : `${text.slice(0, MOST.characters - 3)}...`;

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
