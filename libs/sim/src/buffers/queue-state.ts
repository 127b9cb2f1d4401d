import type { CongestionControl } from '../sharing/stream';

/** Congestion-controlled connections of one kind whose bottleneck is this queue. */
export interface Crowd {
  readonly control: CongestionControl;
  readonly connections: number;
  /** All of them together, bps. */
  readonly rateBps: number;
  readonly baseRttMs: number;
}

/** What arrives at one egress queue while all rates stay as they are. */
export interface QueueArrivals {
  readonly channel: number;
  readonly queue: number;
  /** Rate at which the scheduler would empty this queue if it never ran dry, bps. */
  readonly serviceBps: number;
  /** Arrivals that this queue does not hold back: requests, elastic traffic paced elsewhere, bps. */
  readonly steadyBps: number;
  /** Connections that `steadyBps` comes from; very many unless told. */
  readonly steadyConnections?: number;
  /** Part of `steadyBps` that would not yield to overload, bps. */
  readonly openBps: number;
  /** On-off arrivals, their mean not part of `steadyBps`. */
  readonly bursts: readonly {
    readonly onBps: number;
    readonly onMs: number;
    readonly periodMs: number;
  }[];
  readonly crowds: readonly Crowd[];
  /** Rate at which everything that feeds this queue could send into it at once, bps. */
  readonly feedersBps: number;
}

/** What a queue is like while all rates stay as they are. */
export interface QueueState {
  readonly channel: number;
  readonly queue: number;
  readonly serviceBps: number;
  /** Mean over time. */
  readonly depthBytes: number;
  readonly peakBytes: number;
  /** Limit in force with the buffer that is free now. */
  readonly limitBytes: number;
  readonly dropRatio: number;
  readonly markRatio: number;
  /** Lossless queues: share of time in which the feeders of this queue are told to pause. */
  readonly pauseRatio: number;
  /** Whether senders hold the queue at its limit (or at its pause threshold). */
  readonly full: boolean;
}

/**
 * A synchronised start: many connections send their first window at one instant.
 * `lostBytes / offeredBytes` is lost; `timeoutRatio` is the share of connections that lose so much
 * of their window that only a retransmission time-out helps.
 */
export interface IncastOutcome {
  readonly lostRatio: number;
  readonly timeoutRatio: number;
  readonly peakBytes: number;
}
