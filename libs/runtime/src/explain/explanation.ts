import type {
  Action,
  Change,
  ChangeState,
  DeviceProgress,
  Mode,
  OperationOutcome,
  OperationVerb,
  Plan,
  PredictedEffect,
  Shadow,
  StageTimes,
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
  readonly end: Ending;
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
  readonly objectiveId: string;
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
  readonly at: string;
  readonly evidence: readonly string[];
}

export interface DiagnosedCause extends NamedCause {
  readonly diagnosedMs: number;
  /** The other candidates, likeliest first. */
  readonly rejected: readonly (NamedCause & { readonly why: string })[];
}

export interface RulesAsked {
  readonly chosen: string | null;
  /** Hash of the policy that `order` was read from: the one in force now; null when not known. */
  readonly policyHash: string | null;
  /** Rules in the order in which they are asked, down to the chosen one. */
  readonly order: readonly {
    readonly name: string;
    readonly when: string;
    /** `chosen`, what was noted of it last, or null: not recorded. */
    readonly answer: string | null;
  }[];
  /** What was noted on the incident, in order. */
  readonly answers: readonly {
    readonly atMs: number;
    readonly rule: string | null;
    readonly note: string;
  }[];
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
  readonly relation: 'undoes' | 'undone-by' | 'same-incident';
  readonly type: Action['type'];
  readonly state: ChangeState;
  readonly verdict: VerdictRecord['verdict'] | null;
}
