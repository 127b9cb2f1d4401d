import type { DeviceId } from './ids';
import type { TrafficClass } from './topology';

/** Signals that a device reports; names follow the OpenConfig leaves that they come from. */
export const METRICS = [
  'in-octets',
  'out-octets',
  'in-discards',
  'out-discards',
  'in-errors',
  'out-errors',
  'out-pkts',
  'in-pause-frames',
  'out-pause-frames',
  'oper-status',
  'queue-transmit-octets',
  'queue-transmit-pkts',
  'queue-dropped-pkts',
  'queue-ecn-marked-pkts',
  'queue-avg-len',
  'queue-max-len',
  'prefix-octets',
  'in-pfc-frames',
  'out-pfc-frames',
] as const;
export type Metric = (typeof METRICS)[number];

/** What a series belongs to; unused parts are empty strings. PFC has its priority, `0`..`7`, as queue. */
export interface SeriesKey {
  readonly device: DeviceId;
  readonly metric: Metric;
  readonly interface: string;
  readonly queue: string;
  readonly prefix: string;
}

/** Order of channels, queues and prefixes in the columns of a frame; fixed for a topology revision. */
export interface FrameLayout {
  readonly revision: string;
  readonly devices: readonly DeviceId[];
  /** Egress channels. `device` is an index into `devices`. */
  readonly channels: readonly {
    readonly device: number;
    readonly interface: string;
    readonly capacityBps: number;
  }[];
  /** Egress queues. `channel` is an index into `channels`. */
  readonly queues: readonly { readonly channel: number; readonly name: string }[];
  /** Forwarding counters of a destination prefix on a device. */
  readonly prefixes: readonly { readonly device: number; readonly prefix: string }[];
  readonly channelIndex: ReadonlyMap<string, number>;
  /** key: `device:interface:queue` */
  readonly queueIndex: ReadonlyMap<string, number>;
  /** key: `device|prefix` */
  readonly prefixIndex: ReadonlyMap<string, number>;
}

/**
 * What the columns say at one instant. Arrays are owned by the telemetry store and valid until
 * the next frame; NaN means *unknown*, never zero. Ages are in milliseconds of the controller's
 * monotonic clock since the sample arrived, Infinity if none ever did.
 */
export interface TelemetryFrame {
  readonly sequence: number;
  /** Monotonic controller time of the frame, ms. */
  readonly atMs: number;
  readonly layout: FrameLayout;
  readonly channels: {
    readonly txBps: Float64Array;
    readonly rxBps: Float64Array;
    /** (discards + errors) / (packets + discards) over the last interval. */
    readonly lossRatio: Float64Array;
    /** Frames that arrived damaged / all that arrived, over the last interval. */
    readonly inErrorRatio: Float64Array;
    /**
     * Pause frames that arrived at the port and that it sent, each second: those of 802.3x and those
     * of priority flow control (IEEE 802.1Qbb) of all priorities together.
     */
    readonly pauseRxPps: Float64Array;
    readonly pauseTxPps: Float64Array;
    /** 1 up, 0 down, 2 unknown. */
    readonly operStatus: Uint8Array;
    readonly ageMs: Float64Array;
  };
  readonly queues: {
    readonly txBps: Float64Array;
    readonly depthBytes: Float64Array;
    readonly peakDepthBytes: Float64Array;
    /** dropped / (dropped + transmitted) packets over the last interval. */
    readonly lossRatio: Float64Array;
    readonly markRatio: Float64Array;
    readonly ageMs: Float64Array;
  };
  readonly prefixes: { readonly txBps: Float64Array; readonly ageMs: Float64Array };
  readonly devices: {
    /** 1 when the session is up and the initial sync is complete. */
    readonly synced: Uint8Array;
    readonly ageMs: Float64Array;
  };
  readonly workloads: readonly WorkloadSample[];
}

export const WORKLOAD_METRICS = [
  'request-latency',
  'iteration-time',
  'collective-time',
  /** What one worker of a training job computes in an iteration, until it waits for the others. */
  'compute-time',
] as const;
export type WorkloadMetric = (typeof WORKLOAD_METRICS)[number];

/** New observations of a workload since the previous frame (delta, not cumulative). */
export interface WorkloadSample {
  readonly workload: string;
  readonly class: TrafficClass;
  readonly metric: WorkloadMetric;
  /** Which worker measured it, by the name of its host; absent: the workload as a whole. */
  readonly worker?: string;
  /** Explicit upper bounds in ms, ascending; counts has one more entry for the overflow. */
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
  readonly errors: number;
  readonly ageMs: number;
}
