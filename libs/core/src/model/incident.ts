import type { ChangeId, IncidentId, RuleName } from './ids';
import type { Facts } from './facts';

export const CAUSES = [
  /** A link is full and nothing below explains it better. */
  'congestion',
  'link-failure',
  /** Many senders at once into one host port. */
  'incast',
  /** A few large flows that the hash put on one of several parallel links. */
  'elephant-flow',
  /** The hash uses some of the parallel links and leaves others empty, on more than one switch. */
  'ecmp-polarisation',
  /** The own queue waits at the share that its weight gives it; another has the rest. */
  'starved-queue',
  /** A deep queue stands on a full link, so that all that passes waits; hardly anything is lost. */
  'standing-queue',
  /** The own queue stands at its limit. */
  'buffer-exhaustion',
  /** The own queue drops although it is not full on average. */
  'queue-overflow',
  /** A link that loses without counting it, or that carries less than its rate. */
  'gray-link',
  /** Ports of a lossless class pause their senders, and these theirs, away from one congested port. */
  'pfc-storm',
  /** Bursts that come at regular times fill a link that has room on average. */
  'periodic-bursts',
  /** Iterations got slower, their collectives did not. */
  'straggler',
  /** Traffic of another class or of another known workload fills the link. */
  'interference',
  /** The hosts do not send faster, the network would let them. */
  'host-limited',
  'not-the-network',
  'unknown',
] as const;
export type CauseName = (typeof CAUSES)[number];

/** A signal that speaks for a cause. */
export interface CausePart {
  /** What was measured, e.g. `utilization`; or `behind:NAME`, a cause that explains this one. */
  readonly signal: string;
  /** The measured figure in its own unit; null when it is not a figure or not known. */
  readonly value: number | null;
  /** 0..1, how far the figure lies between "cannot be" and "certainly is". */
  readonly weight: number;
}

export interface Cause {
  readonly name: CauseName;
  /** 0..1, larger is more likely; the scores of one diagnosis need not add up to one. */
  readonly score: number;
  /** 0..1; those of one diagnosis add up to one. Records of earlier versions have none. */
  readonly probability?: number;
  /** The score is the product of their weights. Records of earlier versions have none. */
  readonly parts?: readonly CausePart[];
  /** Where: a channel key, `device:interface:queue`, or a device. */
  readonly at: string;
  /** What was measured and against which expectation, one sentence each. */
  readonly evidence: readonly string[];
}

/** A cause that was looked for in vain. */
export interface RejectedCause {
  readonly name: CauseName;
  /** The figure that speaks against it, one sentence. */
  readonly why: string;
}

/** Facts as the journal keeps them: what was unknown (NaN) is null. */
export type RecordedFacts = {
  readonly [Group in keyof Facts]: {
    readonly [Name in keyof Facts[Group]]: Facts[Group][Name] extends number
      ? number | null
      : Facts[Group][Name];
  };
};

export interface Diagnosis {
  readonly atMs: number;
  /** Most likely first. */
  readonly causes: readonly Cause[];
  /** Looked for and not found. Records of earlier versions have none. */
  readonly rejected?: readonly RejectedCause[];
  readonly facts: RecordedFacts;
}

/** What made an incident of it. */
export const SYMPTOMS = ['latency', 'throughput', 'jitter', 'burn-rate', 'foreseen'] as const;
export type SymptomKind = (typeof SYMPTOMS)[number];

export interface Incident {
  readonly id: IncidentId;
  /** Records of earlier versions have none: latency. */
  readonly symptom?: SymptomKind;
  /** What it was told by, one sentence each. */
  readonly symptomEvidence?: readonly string[];
  readonly objectiveId: string;
  readonly state: 'open' | 'closed';
  /** Controller time (ms) at which the symptom was first seen, and at which it had held. */
  readonly observedMs: number;
  readonly detectedMs: number;
  /** Controller time of the first diagnosis; the latest is `latestDiagnosedMs`. */
  readonly diagnosedMs: number | null;
  /** Records of earlier versions have none; theirs is the time of the last note. */
  readonly latestDiagnosedMs?: number | null;
  readonly closedMs: number | null;
  readonly healthyQuantileMs: number | null;
  readonly degradedQuantileMs: number;
  /** Limit of the objective as the incident was opened; records of earlier versions have none. */
  readonly heldAgainst?: {
    readonly metric: string;
    /** 0..1, e.g. 0.95. */
    readonly quantile: number;
    readonly thresholdMs: number | null;
  };
  readonly diagnosis: Diagnosis | null;
  readonly rule: RuleName | null;
  readonly changes: readonly ChangeId[];
  /** Why nothing is done, when nothing is: a refusal's code and reason. */
  readonly note: string;
}
