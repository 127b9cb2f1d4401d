import type { IntentResource } from './intent';
import type {
  Change,
  ChangeState,
  StageTimes,
  SwitchbackRecord,
  TrialRecord,
  VerdictRecord,
} from './change';
import type { LeafValue } from './config';
import type { ChangeId, DeviceId, IncidentId, IntentId, RuleName } from './ids';
import type { Decision } from './decision';
import type { Diagnosis, Incident } from './incident';
import type { Experience } from './learning';
import type { Mode } from './policy';
import type { ShadowDecision, ShadowScore } from './shadow';
import type { OperationOutcome, OperationVerb } from './operation';
import type { ErrorCode } from '../base';

/**
 * What the journal holds. Durable state is the fold of these; nothing durable changes except by
 * appending one. Bodies are JSON (no undefined, no NaN, no bigint).
 */
export type RecordBody =
  | {
      readonly kind: 'daemon-started';
      readonly version: string;
      readonly configHash: string;
      readonly epoch: number;
    }
  | { readonly kind: 'policy-loaded'; readonly name: string; readonly hash: string }
  | { readonly kind: 'topology-loaded'; readonly name: string; readonly revision: string }
  | {
      readonly kind: 'intent-put';
      readonly id: IntentId;
      readonly intent: IntentResource;
      readonly by: string;
    }
  | { readonly kind: 'intent-deleted'; readonly id: IntentId; readonly by: string }
  | { readonly kind: 'incident-opened'; readonly incident: Incident }
  | {
      readonly kind: 'incident-diagnosed';
      readonly id: IncidentId;
      readonly diagnosis: Diagnosis;
      readonly rule: RuleName | null;
      readonly note: string;
    }
  | { readonly kind: 'incident-closed'; readonly id: IncidentId; readonly reason: string }
  | { readonly kind: 'change-proposed'; readonly change: Change }
  | {
      readonly kind: 'change-transition';
      readonly id: ChangeId;
      readonly from: ChangeState;
      readonly to: ChangeState;
      readonly reason: string;
      readonly times: StageTimes;
    }
  /** The intention to write one device: durable before the Set leaves (I1). */
  | {
      readonly kind: 'device-prepared';
      readonly id: ChangeId;
      readonly device: DeviceId;
      readonly preImage: readonly { readonly path: string; readonly value: LeafValue | null }[];
      readonly postHash: string;
      readonly commitConfirmed: boolean;
      readonly commitId: string;
      readonly deadlineMs: number;
    }
  /** An operation is about to be handed to the southbound role. */
  | {
      readonly kind: 'device-operation';
      readonly id: ChangeId;
      readonly device: DeviceId;
      readonly verb: OperationVerb;
      readonly attempt: number;
    }
  | {
      readonly kind: 'device-outcome';
      readonly id: ChangeId;
      readonly device: DeviceId;
      readonly verb: OperationVerb;
      readonly outcome: OperationOutcome;
      readonly code: ErrorCode | null;
      readonly message: string;
      readonly sentMs: number | null;
    }
  /** Every device of the stage was read back, and no harm was seen: the next one may begin. */
  | {
      readonly kind: 'stage-proved';
      readonly id: ChangeId;
      /** Index in the stages of the plan. */
      readonly stage: number;
      readonly evidence: readonly string[];
    }
  /** The devices hold something else than the kept change wrote: it is left as it is now. */
  | {
      readonly kind: 'change-adopted';
      readonly id: ChangeId;
      readonly device: DeviceId;
      readonly reason: string;
    }
  /** The wall clock was set: everything that counts by it is moved by as much. */
  | { readonly kind: 'clock-stepped'; readonly byMs: number }
  /** An automatic change stands until then; not renewed, it is undone. */
  | { readonly kind: 'lease-renewed'; readonly id: ChangeId; readonly untilMs: number }
  | {
      readonly kind: 'verdict';
      readonly id: ChangeId;
      readonly verdict: VerdictRecord;
      /** Of a verdict that is to be proved by going back. */
      readonly trial?: TrialRecord;
    }
  /** What the time after going back showed about a change that looked better without proof. */
  | ({ readonly kind: 'switchback-judged'; readonly id: ChangeId } & SwitchbackRecord)
  | {
      readonly kind: 'approval';
      readonly id: ChangeId;
      readonly planHash: string;
      readonly by: string;
      readonly decision: 'approved' | 'rejected';
      readonly reason: string;
    }
  | { readonly kind: 'frozen'; readonly by: string; readonly reason: string }
  | { readonly kind: 'unfrozen'; readonly by: string }
  | {
      readonly kind: 'mode-set';
      readonly scope: 'rule' | 'group';
      readonly name: string;
      readonly mode: Mode;
      readonly by: string;
    }
  /** Changes of the rule were undone too often on the objective: it waits for a person there. */
  | {
      readonly kind: 'rule-escalated';
      readonly rule: RuleName;
      readonly objectiveId: string;
      readonly reason: string;
    }
  | {
      readonly kind: 'rule-released';
      readonly rule: RuleName;
      readonly objectiveId: string;
      readonly by: string;
    }
  | { readonly kind: 'device-fenced'; readonly device: DeviceId; readonly reason: string }
  | { readonly kind: 'device-unfenced'; readonly device: DeviceId; readonly by: string }
  /** A decision that is not carried out, to be scored when its effect could have been measured. */
  | ({ readonly kind: 'shadow-decided' } & ShadowDecision)
  | { readonly kind: 'shadow-scored'; readonly id: string; readonly score: ShadowScore }
  /** What was decided about an incident and why; the change that comes of it follows. */
  | { readonly kind: 'decision-taken'; readonly decision: Decision }
  /** A person made the loop forget what it learned; null is all of them. */
  | {
      readonly kind: 'learning-reset';
      readonly cause: string | null;
      readonly action: string | null;
      readonly by: string;
    }
  /** A person brought experience from elsewhere; entries of the same name are replaced. */
  | {
      readonly kind: 'learning-imported';
      readonly entries: readonly Experience[];
      readonly by: string;
    }
  /**
   * The state as of record `sequence`, whose chain hash is `hash`, was written as a snapshot with
   * this SHA-256. A snapshot counts only with this record in the chain behind it, so it can no more
   * be edited unseen than a record can.
   */
  | {
      readonly kind: 'snapshot-taken';
      readonly sequence: number;
      readonly hash: string;
      readonly digest: string;
    };

export type RecordKind = RecordBody['kind'];

/** A record as stored: numbered, timed, and chained to the one before it. */
export interface JournalRecord {
  /** 1, 2, 3... without gaps. */
  readonly sequence: number;
  /** Wall-clock ms since the epoch. */
  readonly atMs: number;
  readonly epoch: number;
  readonly body: RecordBody;
  /** SHA-256 (hex) over the previous hash and this record's canonical JSON; see ports/journal. */
  readonly hash: string;
}
