import type { FrameLayout } from '../../model';

/** Averages of the columns over some seconds, row by row as in the layout; NaN is unknown. */
export interface Trend {
  readonly layout: FrameLayout;
  readonly atMs: number;
  /** Frames folded in. */
  readonly frames: number;
  readonly txBps: Float64Array;
  /** The latest rates, oldest first: what each port sent and received. */
  readonly recent: readonly {
    readonly atMs: number;
    readonly txBps: Float64Array;
    readonly rxBps: Float64Array;
  }[];
  readonly inErrorRatio: Float64Array;
  /** Pause frames that a port received and sent, each second. */
  readonly pauseRxPps: Float64Array;
  readonly pauseTxPps: Float64Array;
  readonly queueBps: Float64Array;
  readonly depthBytes: Float64Array;
  /** Depths of the last frames, oldest first, and the least of them: what stays. */
  readonly recentDepths: readonly Float64Array[];
  readonly heldBytes: Float64Array;
  readonly peakBytes: Float64Array;
  readonly lossRatio: Float64Array;
  /** Largest of late; fades slowly, since a burst overflows a queue once in some samples. */
  readonly worstLossRatio: Float64Array;
  readonly markRatio: Float64Array;
  readonly prefixBps: Float64Array;
  /** For how long each queue had packets waiting while its port sent less than its rate, ms. */
  readonly stalledMs: Float64Array;
  /** For how long each prefix has had more than a tenth of the port of its host, ms. */
  readonly largeMs: Float64Array;
  /** How fast queues grow; absent where nobody looked. */
  readonly growth?: QueueGrowth;
}

/** By queue: its last sample, and what that and those before it say of how fast it grows. */
export interface QueueGrowth {
  readonly peakBytes: Float64Array;
  /** Controller time of the sample, and the time since the one before it. */
  readonly arrivedMs: Float64Array;
  readonly sampleMs: Float64Array;
  /** How many times the port's rate arrived, at least, while it grew fastest of late; 1: unknown. */
  readonly arrivingRatio: Float64Array;
}

/** Averages of times in which every objective was met, the older first. */
export interface UsualTimes {
  readonly trend: Trend;
  readonly next: Trend;
}
