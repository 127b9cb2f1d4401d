import type { Action } from './action';
import type { PredictedEffect, Verdict } from './change';
import type { ChangeId, IncidentId, RuleName } from './ids';

/** Why a decision was not carried out: the mode of its rule, or what stood in the way of it. */
export type ShadowReason = 'observe' | 'suggest' | 'approve' | 'frozen' | 'held';

/** A decision that was taken and not carried out; scored once its effect could have been measured. */
export interface ShadowDecision {
  readonly id: string;
  readonly rule: RuleName;
  /** Groups of the devices that it would have written, sorted, with commas between. */
  readonly group: string;
  readonly objectiveId: string;
  readonly incident: IncidentId | null;
  /** The change that waits or was refused, when there is one. */
  readonly changeId: ChangeId | null;
  readonly why: ShadowReason;
  /** What `why` comes down to, e.g. the refusal. */
  readonly detail: string;
  readonly action: Action;
  readonly predicted: PredictedEffect;
  /** Wall time from which samples count, and at which it is scored. */
  readonly settledMs: number;
  readonly dueMs: number;
  readonly decidedMs: number;
  readonly minSamples: number;
  readonly minGainRatio: number;
  /** Objective's quantile when it was decided; -1 when unknown. */
  readonly beforeMs: number;
}

export const SHADOW_OUTCOMES = ['not-needed', 'helped', 'no-gain', 'harmed', 'unknown'] as const;
/**
 * not-needed: the objective recovered by itself. helped: the model, with what was measured since,
 * still predicts the smallest gain that counts. no-gain: it does not. harmed: a link would be
 * overloaded or a path lost. unknown: too little was measured.
 */
export type ShadowOutcome = (typeof SHADOW_OUTCOMES)[number];

export interface ShadowScore {
  readonly outcome: ShadowOutcome;
  /** Gain that the model predicts now, negative is better; corrected by how earlier predictions
   * of the rule were met, where there were enough. 0 when it is not known. */
  readonly gainRatio: number;
  readonly uncertaintyRatio: number;
  /** Objective's quantile since; -1 when unknown. */
  readonly afterMs: number;
  readonly samples: number;
  readonly evidence: readonly string[];
}

export interface Shadow extends ShadowDecision {
  readonly score: ShadowScore | null;
}

/** What became of the decisions of one rule on one group of devices. */
export interface RuleScore {
  readonly rule: RuleName;
  readonly group: string;
  /** Decisions that were not carried out, and how they were scored. */
  readonly shadow: Readonly<Record<ShadowOutcome, number>> & { readonly decided: number };
  /** Changes that were carried out and measured, by verdict and by what became of them. */
  readonly real: Readonly<Record<Verdict, number>> & {
    readonly kept: number;
    readonly undone: number;
  };
  /** Predicted and measured effects of real changes, added up; for the correction of predictions. */
  readonly calibration: {
    readonly count: number;
    readonly predicted: number;
    readonly measured: number;
    readonly squaredError: number;
  };
}
