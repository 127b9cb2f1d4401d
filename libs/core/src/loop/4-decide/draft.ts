import type {
  Action,
  ChangeId,
  Decision,
  ForeseenLoad,
  IncidentId,
  IntentId,
  IntentResource,
  Lesson,
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
  /** How it came about, and what its verdict will count for; absent where no rule decided. */
  readonly decision?: Decision;
  readonly lesson?: Lesson;
  /** Made before the breach: what is foreseen. */
  readonly foreseen?: ForeseenLoad;
  /** The change that going back proved. */
  readonly repeats?: ChangeId;
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
  /** How it was found, e.g. `min-churn`, `sweep`, `highs`, `hill-climb`, `closed-form`. */
  readonly method?: string;
  /** What a reader of the decision should know about it, one sentence each. */
  readonly notes?: readonly string[];
  /** What is waited for before it is decided, one sentence; absent: nothing. */
  readonly awaits?: string;
}
