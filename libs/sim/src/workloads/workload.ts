import type { Random } from '@weir/core/base';
import type { TrafficClass, WorkloadMetric } from '@weir/core/model';
import type { Network } from '../network/network';
import type { Routing } from '../network/routing';
import type { Conditions } from '../traffic/conditions';
import type { Histogram } from '../traffic/histogram';
import type { Offer } from '../traffic/offer';

interface CommonSpec {
  readonly name: string;
  readonly class: TrafficClass;
  /**
   * Queue that its packets really land in, when it is not the class's: a sender that marks its
   * packets with another class's code point.
   */
  readonly queue?: string;
}

/** Requests from clients to servers and responses back, Poisson. */
export interface InferenceSpec extends CommonSpec {
  readonly kind: 'inference';
  readonly clients: readonly string[];
  readonly servers: readonly string[];
  /** All clients together. */
  readonly requestsPerSecond: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Time in the server, log-normal. */
  readonly serviceMs: { readonly median: number; readonly sigma: number };
  /** Round trips of one request: connection set-up, slow start, application. */
  readonly roundTrips: number;
  /** One direction comes in synchronised bursts (a scatter-gather, a camera frame); null: smooth. */
  readonly microBurst: {
    readonly of: 'requests' | 'responses';
    readonly periodMs: number;
    readonly onMs: number;
  } | null;
  readonly connections: number;
  readonly minRtoMs: number;
}

/** Long streams that take what they get: checkpoints, restores, copies. */
export interface BulkSpec extends CommonSpec {
  readonly kind: 'bulk';
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly streams: number;
  /** What the storage behind it can do, all streams; null: no limit but the network. */
  readonly rateLimitBps: number | null;
  /** Ends after this much; null: runs until stopped. */
  readonly totalBytes: number | null;
  readonly ecnCapable: boolean;
}

/** Every iteration each worker pushes to each server at the same instant, and pulls after it. */
export interface ParameterServerSpec extends CommonSpec {
  readonly kind: 'parameter-server';
  readonly workers: readonly string[];
  readonly servers: readonly string[];
  /** Gradient bytes from one worker to one server, and parameter bytes back. */
  readonly shardBytes: number;
  /** Parallel connections of each worker with each server. */
  readonly connections: number;
  readonly computeMs: number;
  readonly ecnCapable: boolean;
  readonly minRtoMs: number;
}

/** Every iteration reduces `bytes` over the ring of workers. */
export interface RingAllReduceSpec extends CommonSpec {
  readonly kind: 'ring-allreduce';
  readonly workers: readonly string[];
  readonly bytes: number;
  readonly computeMs: number;
  readonly ecnCapable: boolean;
  readonly minRtoMs: number;
}

export type WorkloadSpec = InferenceSpec | BulkSpec | ParameterServerSpec | RingAllReduceSpec;

/** What a workload measured of itself; taken by whoever reports it. */
export interface Observation {
  readonly workload: string;
  readonly class: TrafficClass;
  readonly metric: WorkloadMetric;
  readonly histogram: Histogram;
  readonly errors: number;
}

export interface WorkloadContext {
  readonly network: Network;
  readonly routing: Routing;
  readonly random: Random;
  /** Index of the queue that the packets land in. */
  readonly queue: number;
}

/** The rates that the workload's offers got, in the order it gave them. */
export interface Granted {
  readonly onBps: (index: number) => number;
  readonly meanBps: (index: number) => number;
}

export interface Workload {
  readonly spec: WorkloadSpec;
  /** Multiplies the load; 1 as specified. */
  scale: number;
  readonly done: boolean;
  offers(conditions: Conditions): readonly Offer[];
  advance(dtMs: number, granted: Granted, conditions: Conditions): void;
  /** Observations since the last call. */
  take(): Observation[];
}
