import type {
  Action,
  IncidentId,
  IntentId,
  IntentResource,
  Mode,
  PredictedEffect,
  RuleName,
  StageTimes,
  VerifyPolicy,
} from '../../model';

/** A decision that still has to be proved safe. */
export interface Draft {
  readonly origin: 'rule' | 'intent' | 'operator';
  readonly rule: RuleName | null;
  readonly incident: IncidentId | null;
  readonly intent: IntentId | null;
  readonly objectiveId: string | null;
  readonly action: Action;
  readonly mode: Mode;
  readonly verify: VerifyPolicy;
  readonly predicted: PredictedEffect;
  readonly cause: string | null;
  readonly times: StageTimes;
  readonly by: string;
  /** Who waits for the answer, and whether anything may happen. */
  readonly request: {
    readonly id: string;
    readonly dryRun: boolean;
    readonly intent: IntentResource | null;
    /** Hash of the plan that was reviewed, when the caller insists on it. */
    readonly planHash: string | null;
  } | null;
}

export interface Candidate {
  readonly action: Action;
  readonly predicted: PredictedEffect;
}

/** What an operator's or an intent's change is held to: nothing to gain, but no harm either. */
export const HARMLESS_VERIFY: VerifyPolicy = {
  settleMs: 2_000,
  minSamples: 6,
  maxMs: 30_000,
  minGainRatio: 0.05,
  alpha: 0.05,
  harm: { objectiveRatio: 0.15, otherObjectivesRatio: 0.25, lossIncrease: 0.005 },
  onInconclusive: 'hold',
};
