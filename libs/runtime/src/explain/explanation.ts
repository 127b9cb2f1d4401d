import type {
  Action,
  CausePart,
  Change,
  ChangeState,
  ConsideredCandidate,
  DeviceProgress,
  LearnedRate,
  Mode,
  OperationOutcome,
  OperationVerb,
  Plan,
  PredictedEffect,
  RejectedCause,
  Shadow,
  StageTimes,
  SymptomKind,
  VerdictRecord,
} from '@weir/core/model';

/** Times are controller wall times, ms since the epoch; figures of objectives are ms. */
export interface Explanation {
  readonly subject: { readonly kind: 'change' | 'incident'; readonly id: string };
  /** Who wanted the change; null for an incident. */
  readonly origin: Origin | null;
  /** Null where no incident led to the change. */
  readonly symptom: Symptom | null;
  /** Null where nothing was diagnosed. */
  readonly cause: DiagnosedCause | null;
  /** Null where no rule was asked: a person or an intent wanted the change. */
  readonly rules: RulesAsked | null;
  /** Decisions on it that were not carried out, oldest first. */
  readonly shadows: readonly Pick<
    Shadow,
    'id' | 'rule' | 'why' | 'detail' | 'action' | 'predicted' | 'decidedMs' | 'score'
  >[];
  /** Null for an incident; its changes are in `changes`. */
  readonly choice: Choice | null;
  readonly transaction: Transaction | null;
  readonly verdict: VerdictRecord | null;
  /** What going back showed of a change that looked better without proof; null where none was. */
  readonly switchback: SwitchbackTold | null;
  /** Null without a verdict, and where no gain was claimed. */
  readonly comparison: Comparison | null;
  readonly end: Ending;
  /** Null where no rule made the change, and in old records. */
  readonly lesson: LessonTold | null;
  readonly changes: readonly RelatedChange[];
  /** What one would like to know here and no record says, with the reason where there is one. */
  readonly notRecorded: readonly string[];
}

export interface Origin {
  readonly type: Change['origin'];
  /** Rule, id of the intent, or empty. */
  readonly name: string;
  /** Authenticated caller, or `loop`; null when the record of the proposal is gone. */
  readonly by: string | null;
  readonly atMs: number;
}

export interface Symptom {
  readonly incident: string;
  /** What made an incident of it; null where an earlier version wrote the record. */
  readonly kind: SymptomKind | null;
  readonly objectiveId: string;
  /** Which quantile is held against the threshold, e.g. 0.95; null where it is not recorded. */
  readonly quantile: number | null;
  /** What is measured, e.g. `request-latency`; null before the first diagnosis. */
  readonly metric: string | null;
  /** The objective's quantile when the incident was opened. */
  readonly figureMs: number;
  /** What it is held against; null before the first diagnosis. */
  readonly thresholdMs: number | null;
  readonly healthyMs: number | null;
  readonly observedMs: number;
  readonly detectedMs: number;
}

export interface NamedCause {
  readonly name: string;
  readonly score: number;
  /** 0..1, of all causes of the diagnosis one; null where an earlier version wrote the record. */
  readonly probability: number | null;
  /** What the score is the product of; null where it is not recorded. */
  readonly parts: readonly CausePart[] | null;
  readonly at: string;
  readonly evidence: readonly string[];
}

export interface DiagnosedCause extends NamedCause {
  readonly diagnosedMs: number;
  /** The other candidates, likeliest first. */
  readonly rejected: readonly (NamedCause & { readonly why: string })[];
  /** Causes that were looked for in vain; null where that is not recorded. */
  readonly ruledOut: readonly RejectedCause[] | null;
}

export interface RulesAsked {
  readonly chosen: string | null;
  /** Hash of the policy that `order` was read from; null when it is not known. */
  readonly policyHash: string | null;
  /** The policy that decided, or for old records the one in force now, from which `order` is. */
  readonly policy: 'decided' | 'now' | null;
  /** Traffic class and layer within which experience counts as the same; null: not recorded. */
  readonly context: string | null;
  /** When the decision was taken that `order` tells of. */
  readonly decidedMs: number | null;
  /** Rules in the order in which they stand in the policy. */
  readonly order: readonly AskedRule[];
  /** What was noted on the incident, in order. */
  readonly answers: readonly {
    readonly atMs: number;
    readonly rule: string | null;
    readonly note: string;
  }[];
}

export interface AskedRule {
  readonly name: string;
  readonly when: string;
  /** One of RULE_ANSWERS; for old records `chosen`, what was noted last, or null: not recorded. */
  readonly answer: string | null;
  /** The answer in words; empty where it says it all. */
  readonly detail: string;
  readonly bestGainRatio: number | null;
  /** Smallest gain for which the rule acts; null where it is not recorded. */
  readonly minGainRatio: number | null;
  /** What it could have done, best first. */
  readonly candidates: readonly ConsideredCandidate[];
}

export interface Choice {
  readonly action: Action;
  readonly mode: Mode;
  readonly devices: readonly string[];
  readonly leaves: readonly {
    readonly device: string;
    readonly path: string;
    readonly before: string | number | boolean | null;
    readonly after: string | number | boolean | null;
  }[];
  readonly predicted: PredictedEffect;
  readonly checks: Plan['checks'];
  readonly risk: Plan['risk'];
  readonly planHash: string;
  readonly approvedBy: string | null;
  /** Why this one; null where it is not recorded, or no rule chose. */
  readonly why: string | null;
  /** How it was found; null where it is not recorded. */
  readonly method: string | null;
  /** What was known of the action then; null where nothing was. */
  readonly learned: LearnedRate | null;
}

/** What the measurement said beside what was predicted. */
export interface Comparison {
  readonly predictedRatio: number;
  readonly uncertaintyRatio: number;
  readonly measuredRatio: number;
  /** Whether the measured effect lies within the interval around the predicted one. */
  readonly asPredicted: boolean;
}

/** A-B-A: the change was taken back to see whether the objective got worse again. */
export interface SwitchbackTold {
  /** `open`: still being measured. */
  readonly outcome: 'proved' | 'refuted' | 'open';
  readonly reason: string;
}

/** What a change taught, or will once it is judged. */
export interface LessonTold {
  readonly cause: string;
  readonly action: string;
  readonly context: string;
  /** `half-failed`: the effect could not be told from chance. `none`: it was not measured. */
  readonly counted: 'helped' | 'failed' | 'half-failed' | 'none' | 'open';
  /** What is known by now; null when it was forgotten. */
  readonly now: LearnedRate | null;
}

export interface Transaction {
  readonly times: StageTimes;
  readonly transitions: readonly {
    readonly atMs: number;
    readonly from: ChangeState;
    readonly to: ChangeState;
    readonly reason: string;
  }[];
  readonly devices: readonly DeviceStory[];
}

export interface DeviceStory {
  readonly device: string;
  /** Index of its stage in the plan, from 0. */
  readonly stage: number;
  readonly progress: DeviceProgress;
  readonly commitConfirmed: boolean;
  readonly lastError: string;
  /** Empty where the records are gone. */
  readonly steps: readonly {
    readonly atMs: number;
    readonly verb: OperationVerb | 'prepare';
    /** Null: begun, not answered yet. */
    readonly outcome: OperationOutcome | null;
    readonly message: string;
  }[];
}

export interface Ending {
  readonly state: ChangeState | 'open' | 'closed';
  readonly over: boolean;
  readonly atMs: number | null;
  readonly reason: string;
  readonly leaseUntilMs: number | null;
  readonly adopted: string | null;
}

export interface RelatedChange {
  readonly id: string;
  readonly relation: 'undoes' | 'undone-by' | 'repeats' | 'repeated-by' | 'same-incident';
  readonly type: Action['type'];
  readonly state: ChangeState;
  readonly verdict: VerdictRecord['verdict'] | null;
}
