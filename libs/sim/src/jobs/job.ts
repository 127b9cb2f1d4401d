import type { Random } from '@weir/core/base';
import type { TrafficClass, WorkloadMetric } from '@weir/core/model';
import type { Network } from '../network/network';
import type { Routing } from '../network/routing';
import type { CongestionControl, Stream } from '../sharing/stream';
import type { Histogram } from './histogram';
import type { Conditions } from '../world/conditions';

interface CommonSpec {
  readonly name: string;
  readonly class: TrafficClass;
  /** Queue that its packets really land in, when it is not the class's (a wrong code point). */
  readonly queue?: string;
  readonly control: CongestionControl;
  /** Shortest retransmission time-out of the senders, ms; 200 in Linux, about 4 for RDMA NICs. */
  readonly minRtoMs: number;
  /** Most that one connection sends, bps: TCP window, small messages, a busy CPU; null: no limit. */
  readonly hostLimitBps: number | null;
}

/** Ranks that communicate with each other: `size` of them, `stride` apart; every group at once. */
export interface RankGroups {
  readonly size: number;
  /** 1: consecutive ranks, as tensor parallelism; the tensor group's size: data parallelism. */
  readonly stride: number;
}

interface CommonCollective {
  /** The buffer of one rank, bytes: what the algorithm's factor, such as 2(n-1)/n, multiplies. */
  readonly bytes: number;
  /** Absent: all workers are one group. */
  readonly groups?: RankGroups;
}

/** How many bytes of a collective go where; C2 of the mission. */
export type Collective =
  | (CommonCollective & {
      readonly algorithm:
        | 'ring-allreduce'
        | 'tree-allreduce'
        | 'all-gather'
        | 'reduce-scatter'
        | 'all-to-all'
        | 'broadcast';
    })
  /** Reduced along each group, ring over the first of each group, broadcast back. */
  | (CommonCollective & {
      readonly algorithm: 'hierarchical-allreduce';
      readonly groupSize: number;
    })
  /** Each worker pushes `bytes / servers.length` to each server at one instant, pulls after it. */
  | (CommonCollective & {
      readonly algorithm: 'parameter-server';
      readonly servers: readonly string[];
    })
  /** Workers push to the aggregator of their group, aggregators to the servers, and back. */
  | (CommonCollective & {
      readonly algorithm: 'hierarchical-parameter-server';
      readonly servers: readonly string[];
      readonly groupSize: number;
    });

/** One step of an iteration: compute, then communicate. */
export interface TrainingStep {
  readonly computeMs: number;
  readonly collective: Collective | null;
}

/** Synchronous training: iterations of steps, again and again. Ranks are in the order given. */
export interface TrainingSpec extends CommonSpec {
  readonly kind: 'training';
  readonly workers: readonly string[];
  readonly steps: readonly TrainingStep[];
  /** Parallel connections (queue pairs) of each pair of peers, hashed one by one. */
  readonly connections: number;
  /** Log-normal sigma of the compute times; 0: none. */
  readonly computeJitter: number;
  /** Workers whose compute takes `slowdown` times as long. */
  readonly stragglers: { readonly workers: readonly string[]; readonly slowdown: number } | null;
  /** Iterations until it ends; null: runs until stopped. */
  readonly iterations: number | null;
  /** Whether each worker reports how long it computes in an iteration; absent: no. */
  readonly reportWorkers?: boolean;
}

/** Requests from clients to servers and responses back, Poisson. */
export interface InferenceSpec extends CommonSpec {
  readonly kind: 'inference';
  readonly clients: readonly string[];
  readonly servers: readonly string[];
  /** All clients together. */
  readonly requestsPerSecond: number;
  /** Load over time as a multiple of `requestsPerSecond`, linear between the points; null: 1. */
  readonly profile: readonly { readonly atMs: number; readonly scale: number }[] | null;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Time in the server, log-normal. */
  readonly serviceMs: { readonly median: number; readonly sigma: number };
  /** Round trips of one request: connection set-up, slow start, application. */
  readonly roundTrips: number;
  /** One direction comes in synchronised bursts; null: smooth. */
  readonly microBurst: {
    readonly of: 'requests' | 'responses';
    readonly periodMs: number;
    readonly onMs: number;
  } | null;
  readonly connections: number;
}

/** Long streams that take what they get: checkpoints, dataset reads, copies. */
export interface BulkSpec extends CommonSpec {
  readonly kind: 'bulk';
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  /** Stream n goes from source n to destination n, both taken round robin. */
  readonly streams: number;
  /** What the storage behind it can do, all streams together, bps; null: no limit. */
  readonly rateLimitBps: number | null;
  /** Ends after this much, all streams together; null: runs until stopped. */
  readonly totalBytes: number | null;
}

/** Finite transfers that come and go, Poisson: ETL shuffles, storage reads and writes. */
export interface TransfersSpec extends CommonSpec {
  readonly kind: 'transfers';
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  readonly transfersPerSecond: number;
  /** Pareto sizes with this mean and shape (> 1); shape null: all the same size. */
  readonly meanBytes: number;
  readonly shape: number | null;
}

/** Traffic that nobody wants: a scan touches many with little, a flood one with much. Open loop. */
export interface AttackSpec extends CommonSpec {
  readonly kind: 'scan' | 'flood';
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  /** All sources together, bps. */
  readonly bps: number;
}

export type JobSpec = TrainingSpec | InferenceSpec | BulkSpec | TransfersSpec | AttackSpec;

/** What a job measured of itself since the last report. */
export interface Observation {
  readonly workload: string;
  readonly class: TrafficClass;
  readonly metric: WorkloadMetric;
  /** Who measured it, where not the workload as a whole. */
  readonly worker?: string;
  readonly histogram: Histogram;
  readonly errors: number;
}

/** Running totals that only the simulator knows exactly; results are made of them. */
export interface JobTotals {
  readonly iterations: number;
  readonly requests: number;
  readonly errors: number;
  readonly bytes: number;
  /** Time lost waiting for retransmission time-outs, ms, summed over iterations or requests. */
  readonly timeoutMs: number;
  readonly timeouts: number;
  readonly communicationMs: number;
  readonly computeMs: number;
}

export interface JobContext {
  readonly network: Network;
  readonly routing: Routing;
  /** A stream of its own, so that no other job shifts it. */
  readonly random: Random;
  readonly queue: number;
}

/** Rate per connection of each stream, in the order in which the job listed them, bps. */
export type Granted = (index: number) => number;

/**
 * A workload between events. The world asks for the streams, gives them rates that hold until the
 * next event, and lets the job live through that time; the job never looks further.
 */
export interface Job {
  readonly spec: JobSpec;
  /** Multiplies the load; 1 as specified. */
  scale: number;
  readonly done: boolean;
  /**
   * The streams that it has in the network now. The same array until they change: a phase ended,
   * or routing (`context.routing.version`) moved them.
   */
  streams(nowMs: number, conditions: Conditions): readonly Stream[];
  /** When its streams will change by themselves at these rates, virtual ms; Infinity: never. */
  nextEventMs(nowMs: number, granted: Granted): number;
  /** Lives from `fromMs` to `toMs`, not beyond its own next event, at constant rates. */
  advance(fromMs: number, toMs: number, granted: Granted, conditions: Conditions): void;
  /** Observations since the last call. */
  take(): Observation[];
  totals(): JobTotals;
  /** The same job with the same future, in a copy of its world. */
  fork(context: JobContext): Job;
}
