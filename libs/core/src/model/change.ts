import type { Action, RouteWeights } from './action';
import type { ConfigImage, DeviceDiff, LeafValue } from './config';
import type { ChangeId, DeviceId, IncidentId, IntentId, RuleName } from './ids';
import type { Lesson } from './learning';
import type { OperationVerb } from './operation';
import type { Mode, VerifyPolicy } from './policy';
import type { ErrorCode } from '../base';

export const CHANGE_STATES = [
  'proposed',
  'validated',
  'awaiting-approval',
  'scheduled',
  'applying',
  'applied',
  'verifying',
  'confirming',
  'confirmed',
  'rolling-back',
  'rolled-back',
  'rejected',
  'expired',
  'superseded',
  'stuck',
] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

export type Verdict = 'improved' | 'no-effect' | 'harmed' | 'inconclusive';

/** Where one device stands in a change; each word is evidence, not hope. */
export type DeviceProgress =
  | 'untouched'
  | 'snapshotting'
  | 'prepared'
  | 'committing'
  | 'committed'
  | 'confirming'
  | 'confirmed'
  | 'reverting'
  | 'reverted'
  | 'unknown'
  | 'failed';

export interface DeviceState {
  readonly progress: DeviceProgress;
  /** The touched leaves as read from the device immediately before the Set; null until then. */
  readonly preImage: readonly { readonly path: string; readonly value: LeafValue | null }[] | null;
  /** True when the device itself will roll back at the deadline. */
  readonly commitConfirmed: boolean;
  /** Identity of the commit on the device. */
  readonly commitId: string;
  readonly lastVerb: OperationVerb | null;
  /** Tries of `lastVerb` so far. */
  readonly attempts: number;
  /** How many of those the device answered with something else than what was asked for. */
  readonly refusals?: number;
  readonly lastError: string;
}

export interface PredictedEffect {
  /** Relative change of the objective's driver, negative is better, e.g. -0.4. */
  readonly gainRatio: number;
  /** Half width of the interval around it. */
  readonly uncertaintyRatio: number;
  readonly maxUtilizationBefore: number;
  readonly maxUtilizationAfter: number;
  readonly explanation: string;
}

export interface ValidationCheck {
  readonly name: string;
  readonly passed: boolean;
  readonly code: ErrorCode | null;
  readonly detail: string;
}

/** The reviewable form of a change. `hash` binds content, base state and topology revision. */
export interface Plan {
  readonly formatVersion: 1;
  readonly hash: string;
  readonly baseHash: string;
  readonly topologyRevision: string;
  /** Devices are written stage by stage, in this order; within a stage in parallel. */
  readonly stages: readonly (readonly DeviceId[])[];
  readonly diffs: readonly DeviceDiff[];
  readonly inverse: readonly DeviceDiff[];
  readonly predicted: PredictedEffect;
  readonly disruption: 'none' | 'flows-move' | 'queue-change';
  readonly touches: {
    readonly links: readonly string[];
    readonly prefixes: readonly string[];
    readonly workloads: readonly string[];
  };
  readonly checks: readonly ValidationCheck[];
  readonly risk: { readonly level: 'low' | 'medium' | 'high'; readonly reasons: readonly string[] };
}

/** Controller times, ms since the epoch, of what has happened to a change so far. */
export interface StageTimes {
  readonly observed?: number;
  readonly detected?: number;
  readonly diagnosed?: number;
  readonly decided?: number;
  readonly validated?: number;
  readonly applying?: number;
  readonly applied?: number;
  readonly reverting?: number;
  readonly verified?: number;
  readonly settled?: number;
}

export interface VerdictRecord {
  readonly verdict: Verdict;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** (after - before) / before of the objective's quantile, comparison links subtracted. */
  readonly effectRatio: number;
  readonly pValue: number;
  readonly samples: number;
  readonly evidence: readonly string[];
  /** It is taken back to see whether it becomes as bad as before again. */
  readonly switchback?: true;
}

/** An objective that a change does not touch and that went like the change's own before it. */
export interface Comparison {
  readonly objectiveId: string;
  /** How far the own one goes with it, 0..1. */
  readonly weight: number;
}

/**
 * What was measured of a change that is taken back to be proved, before it and with it: logarithms
 * of the objective's quantile in ms, less what the comparisons did. A restart must not forget it.
 */
export interface TrialRecord {
  readonly before: readonly number[];
  readonly during: readonly number[];
  readonly comparisons: readonly Comparison[];
}

/** What going back showed about a change. */
export interface SwitchbackRecord {
  readonly outcome: 'proved' | 'refuted';
  readonly reason: string;
}

/** A load that is expected, for which a change was made before it came. */
export interface ForeseenLoad {
  /** The channel that would become the hottest, and its utilisation by the forecast. */
  readonly channel: string;
  readonly valueRatio: number;
  /** Ends of the interval around it. */
  readonly lowerRatio: number;
  readonly upperRatio: number;
  /** Wall time for which it is forecast, and how long that was ahead. */
  readonly dueMs: number;
  readonly horizonMs: number;
  /** Least exposure that is known to hurt the objective. */
  readonly hurtsFromRatio: number;
  /** The weights that the change replaced. */
  readonly before: readonly RouteWeights[];
}

export interface Change {
  readonly id: ChangeId;
  readonly origin: 'rule' | 'intent' | 'operator';
  readonly rule: RuleName | null;
  readonly incident: IncidentId | null;
  readonly intent: IntentId | null;
  readonly objectiveId: string | null;
  readonly action: Action;
  readonly mode: Mode;
  readonly plan: Plan;
  readonly verify: VerifyPolicy;
  readonly state: ChangeState;
  readonly reason: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly expiresMs: number;
  /** When an unconfirmed change is undone whatever happens; persisted before the first Set. */
  readonly deadlineMs: number | null;
  /** Wall time until which a kept automatic change stands; null when it needs no lease. */
  readonly leaseUntilMs: number | null;
  readonly times: StageTimes;
  readonly devices: Readonly<Record<string, DeviceState>>;
  /** Stages of the plan, from the first one, after which no harm was seen. */
  readonly provedStages?: number;
  /** Why the change was left as the devices hold it; it is neither renewed nor undone any more. */
  readonly adopted?: string;
  /** Made before the breach. */
  readonly foreseen?: ForeseenLoad;
  readonly verdict: VerdictRecord | null;
  /** Of a change that is on trial, or that going back proved; absent in old journals. */
  readonly trial?: TrialRecord;
  /** Of a change that was taken back to be proved, once that is known. */
  readonly switchback?: SwitchbackRecord;
  /** The change that going back proved, which this one makes again. */
  readonly repeats?: ChangeId;
  readonly approvedBy: string | null;
  readonly cause: string | null;
  /** What its verdict will count for; absent where no rule made it and in old journals. */
  readonly lesson?: Lesson;
  /** Groups of the devices that it writes, sorted, with commas between; absent in old journals. */
  readonly group?: string;
}

export const diffOf = (change: Change, device: DeviceId): DeviceDiff | undefined =>
  change.plan.diffs.find((diff) => diff.device === device);

export type ReadonlyImages = ReadonlyMap<DeviceId, ConfigImage>;
