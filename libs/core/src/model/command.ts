import type { Refusal } from '../base';
import type { Action } from './action';
import type { Change } from './change';
import type { IntentResource, IntentStatus } from './intent';
import type { Experience } from './learning';
import type { Mode } from './policy';

/** What people and platforms ask of the engine. `by` is the authenticated caller. JSON only. */
export type Command =
  | {
      readonly verb: 'put-intent';
      readonly intent: {
        readonly kind: string;
        readonly name: string;
        readonly labels: Readonly<Record<string, string>>;
        readonly priority: number;
        readonly spec: unknown;
      };
      readonly dryRun: boolean;
      readonly by: string;
    }
  | {
      readonly verb: 'delete-intent';
      readonly id: string;
      readonly dryRun: boolean;
      readonly by: string;
    }
  /** An operator's own change; goes through the same validation, verification and undo. */
  | {
      readonly verb: 'propose';
      readonly action: Action;
      /** Objective that the change is to help, held against its measured effect; may be null. */
      readonly objectiveId: string | null;
      /** Hash of the plan that was reviewed; another plan is refused. Null: whatever it is now. */
      readonly planHash: string | null;
      readonly dryRun: boolean;
      readonly by: string;
    }
  | {
      readonly verb: 'approve';
      readonly changeId: string;
      readonly planHash: string;
      readonly by: string;
      readonly reason: string;
    }
  | {
      readonly verb: 'reject';
      readonly changeId: string;
      readonly by: string;
      readonly reason: string;
    }
  | {
      readonly verb: 'undo';
      readonly changeId: string;
      readonly dryRun: boolean;
      readonly by: string;
    }
  | { readonly verb: 'freeze'; readonly by: string; readonly reason: string }
  | { readonly verb: 'unfreeze'; readonly by: string }
  | {
      readonly verb: 'set-mode';
      readonly scope: 'rule' | 'group';
      readonly name: string;
      readonly mode: Mode;
      readonly by: string;
    }
  /** A person looked at why changes were undone; the rule acts again. Null: on all objectives. */
  | {
      readonly verb: 'release-rule';
      readonly rule: string;
      readonly objectiveId: string | null;
      readonly by: string;
    }
  /** What verdicts taught is forgotten; null is every cause, or every action. */
  | {
      readonly verb: 'reset-learning';
      readonly cause: string | null;
      readonly action: string | null;
      readonly by: string;
    }
  | {
      readonly verb: 'import-learning';
      readonly entries: readonly Experience[];
      readonly by: string;
    }
  | { readonly verb: 'unfence'; readonly device: string; readonly by: string }
  | { readonly verb: 'status' };

export type CommandValue =
  /** Accepted intent; `plans` are the changes that it would cause (dry run) or has caused. */
  | {
      readonly kind: 'intent';
      readonly intent: IntentResource;
      readonly plans: readonly Change[];
      readonly dryRun: boolean;
    }
  | { readonly kind: 'change'; readonly change: Change; readonly dryRun: boolean }
  | { readonly kind: 'done' }
  | { readonly kind: 'status'; readonly status: EngineStatus };

export type CommandResult =
  | { readonly ok: true; readonly value: CommandValue }
  | { readonly ok: false; readonly error: Refusal };

/** The live view, not journalled. */
export interface EngineStatus {
  readonly phase:
    'starting' | 'recovering' | 'waiting-telemetry' | 'running' | 'holding' | 'stopped';
  /** Why the loop holds still, when it does. */
  readonly holdReason: string;
  readonly epoch: number;
  readonly frozen: { readonly by: string; readonly reason: string } | null;
  readonly topologyRevision: string;
  readonly policy: { readonly name: string; readonly hash: string };
  readonly devices: readonly {
    readonly device: string;
    readonly session: 'synced' | 'unknown';
    readonly ageMs: number | null;
    readonly fenced: boolean;
    /** Why it is fenced, and what it holds by now of the change that could not be taken back. */
    readonly fence?: {
      readonly reason: string;
      readonly change: string | null;
      readonly holds: 'before' | 'after' | 'neither' | 'unknown';
    };
    readonly commitConfirmed: boolean | null;
    readonly openChange: string | null;
  }[];
  readonly objectives: readonly {
    readonly id: string;
    readonly intent: string;
    readonly state: 'unknown' | 'healthy' | 'pending' | 'breached' | 'clearing';
    readonly quantile: number;
    readonly quantileMs: number | null;
    readonly thresholdMs: number | null;
    readonly attainedRatio: number | null;
    readonly windows: number;
  }[];
  readonly intents: readonly IntentStatus[];
  /** Most utilised channels, at most 20. */
  readonly hottest: readonly {
    readonly channel: string;
    readonly utilizationRatio: number;
    readonly lossRatio: number | null;
  }[];
  readonly telemetry: {
    readonly channels: number;
    readonly unknownChannels: number;
    readonly frame: number;
    /** Counters that contradict each other: changes that rest on them are held. */
    readonly contradictions?: readonly {
      readonly devices: readonly string[];
      readonly evidence: string;
    }[];
  };
  /** Forecasts of the load of links, and how they came out; absent where nothing is forecast. */
  readonly forecast?: {
    /** Links that are followed, and those that have a forecast with an interval by now. */
    readonly series: number;
    readonly foretold: number;
    readonly horizonMs: number;
    /** Mean absolute error over that of the last value (MASE), median of the links; about 200 each. */
    readonly errorRatio: number | null;
    /** Share of what came that fell into its interval, and the share that is wanted. */
    readonly coverageRatio: number | null;
    readonly wantedCoverageRatio: number;
    /** Objectives that the upper end of the interval would hurt, with the time until then. */
    readonly foreseen: readonly { readonly objectiveId: string; readonly inMs: number }[];
  };
  /** Methods of decision that failed since the process began; their answers were not used. */
  readonly solverFailures?: readonly {
    readonly method: string;
    readonly failures: number;
    readonly reason: string;
    readonly atMs: number;
  }[];
  /** Rules that wait for a person on an objective. */
  readonly escalated?: readonly {
    readonly rule: string;
    readonly objectiveId: string;
    readonly reason: string;
  }[];
}
