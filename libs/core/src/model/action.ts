import type { DeviceId, EndpointId, IntentId } from './ids';
import type { QosAction, SchemeRequest } from './qos';
import type { SrPolicyAction } from './sr-policy';
import type { TrafficClass } from './topology';

/** New weights of one prefix on one device; an interface that is not named is left out (drained). */
export interface RouteWeights {
  readonly device: DeviceId;
  readonly prefix: string;
  /** Weight in entries of the device's ECMP grid, by egress interface; 0 takes it out of use. */
  readonly weights: Readonly<Record<string, number>>;
}

/** E1: weighted ECMP over alternate paths. */
export interface RerouteAction {
  readonly type: 'reroute';
  readonly routes: readonly RouteWeights[];
}

/**
 * D2: how far a queue may grow: dynamically, limit = free buffer x 2^scalingFactor, or statically.
 * Exactly one of the two is given.
 */
export interface BufferAction {
  readonly type: 'buffer';
  readonly settings: readonly {
    readonly device: DeviceId;
    readonly interface: string;
    readonly queue: string;
    readonly scalingFactor?: number | undefined;
    /** All that the queue may hold, bytes, what it owns included. */
    readonly limitBytes?: number | undefined;
  }[];
}

/** D4: marking thresholds of the queue-management profile bound to a queue. */
export interface EcnAction {
  readonly type: 'ecn';
  readonly settings: readonly {
    readonly device: DeviceId;
    readonly interface: string;
    readonly queue: string;
    readonly minThresholdBytes: number;
    readonly maxThresholdBytes: number;
    /** 0..100 */
    readonly maxProbabilityPercent: number;
  }[];
}

/** D1: share of a queue in its port, as weight within the scheduler that serves it by weight. */
export interface SchedulerAction {
  readonly type: 'scheduler';
  readonly settings: readonly {
    readonly device: DeviceId;
    readonly interface: string;
    readonly queue: string;
    /** Whole number from 1; the queue's part is this over the weights of all queues beside it. */
    readonly weight: number;
  }[];
}

/** The exact inverse of an earlier change. */
export interface UndoAction {
  readonly type: 'undo';
  readonly changeId: string;
}

export type Action =
  | RerouteAction
  | BufferAction
  | EcnAction
  | SchedulerAction
  | QosAction
  | SrPolicyAction
  | UndoAction;
export type ActionType = Action['type'];

/**
 * What a compiled intent asks the loop to keep true about a workload. The loop knows objectives
 * and drains only; which kind of intent they came from does not matter to it.
 */
export interface Objective {
  readonly id: string;
  readonly intent: IntentId;
  readonly priority: number;
  /** Workload names as they appear in telemetry (OTLP `service.name` or job name). */
  readonly workloads: readonly string[];
  readonly class: TrafficClass;
  readonly metric: 'request-latency' | 'iteration-time' | 'collective-time';
  /** Quantile that is held against the threshold, 0..1, e.g. 0.95. */
  readonly quantile: number;
  /** Upper limit of the quantile in ms; null: minimise, breached when 1.25 x its own baseline. */
  readonly thresholdMs: number | null;
  /** Iteration time by the plan of a training job, ms; what is measured goes before it. */
  readonly periodMs?: number;
  /** Share of windows that must meet the threshold, e.g. 0.999; reported, and alarmed on. */
  readonly targetRatio: number;
  /** Traffic of the workload: each source sends to each destination, but not to itself. */
  readonly flows: readonly {
    readonly sources: readonly EndpointId[];
    readonly destinations: readonly EndpointId[];
  }[];
}

/** Take a link or a whole device out of use, keeping every prefix reachable. */
export interface DrainRequest {
  readonly id: string;
  readonly intent: IntentId;
  readonly priority: number;
  readonly target:
    | { readonly kind: 'link'; readonly link: string }
    | { readonly kind: 'device'; readonly device: DeviceId };
}

export interface CompiledIntent {
  readonly objectives: readonly Objective[];
  readonly drains: readonly DrainRequest[];
  readonly schemes?: readonly SchemeRequest[];
}
