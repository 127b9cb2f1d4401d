import type { IncidentId, RuleName } from './ids';
import type { Cause, RecordedFacts, RejectedCause } from './incident';
import type { Mode } from './policy';

export const RULE_ANSWERS = [
  /** Its condition does not hold. */
  'condition-false',
  /** Its mode forbids to look further; the rules behind it are not asked. */
  'off',
  /** Its last change was measured and undone; it gives way for a while. */
  'tried-in-vain',
  /** It acted shortly before. */
  'cool-down',
  /** It has nothing to offer that gains enough. */
  'no-gain',
  /** It would act, but only observes. */
  'observed',
  'chosen',
  /** Its condition holds, but another was chosen or held the turn before it was asked. */
  'not-asked',
  /** A method that it needs failed. */
  'solver-failed',
  /** It waits for the exact solver, which may gain enough more. */
  'awaits-solver',
] as const;
export type RuleAnswer = (typeof RULE_ANSWERS)[number];

/** What was known of an option from earlier verdicts, in the context of the decision. */
export interface LearnedRate {
  readonly helped: number;
  readonly failed: number;
  /** helped / (helped + failed); null without a verdict. */
  readonly successRatio: number | null;
}

export interface ConsideredCandidate {
  /** In words, at most 200 characters. */
  readonly action: string;
  readonly type: string;
  /** Relative change of the objective's driver that is predicted, negative is better. */
  readonly gainRatio: number;
  readonly uncertaintyRatio: number;
  readonly explanation: string;
  /** How it was found; empty where nothing is said. */
  readonly method: string;
  readonly notes: readonly string[];
  readonly learned: LearnedRate | null;
}

export interface AskedRule {
  readonly rule: RuleName;
  /** Source text of its condition. */
  readonly when: string;
  readonly answer: RuleAnswer;
  /** The answer in words, with its figures; empty where the answer says it all. */
  readonly detail: string;
  /** Gain of its best candidate; null where none was looked for or found. */
  readonly bestGainRatio: number | null;
  readonly minGainRatio: number;
  /** Best first, at most 8; doing nothing is one of them. Empty where none was looked for. */
  readonly candidates: readonly ConsideredCandidate[];
}

/** Why a rule was chosen for an incident, or none: all that was asked, and what it answered. */
export interface Decision {
  readonly incident: IncidentId;
  readonly objectiveId: string;
  /** Wall time, ms since the epoch. */
  readonly atMs: number;
  readonly policyHash: string;
  /** Quantile that is held against the threshold, 0..1, and what it was while healthy. */
  readonly quantile: number;
  readonly healthyMs: number | null;
  readonly facts: RecordedFacts;
  /** As diagnosed for this decision, most likely first, at most 6. */
  readonly causes: readonly Cause[];
  readonly rejected: readonly RejectedCause[];
  /** Traffic class and layer: where experience counts as the same. */
  readonly context: string;
  /** In the order of the policy. */
  readonly rules: readonly AskedRule[];
  readonly chosen: {
    readonly rule: RuleName;
    /** The candidate in words. */
    readonly action: string;
    readonly mode: Mode;
    readonly gainRatio: number;
    /** Why this one, in words: the order of the policy, or what was learned. */
    readonly why: string;
  } | null;
}
