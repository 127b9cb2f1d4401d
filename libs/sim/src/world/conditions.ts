import type { Random } from '@weir/core/base';
import type { IncastOutcome, QueueState } from '../buffers/queue-state';
import type { Stream } from '../sharing/stream';

/** One passage through the fabric, drawn at random from the queues on the way. */
export interface Passage {
  readonly queueDelayMs: number;
  /** Probability that one packet arrives. */
  readonly deliveredRatio: number;
}

/** What the network is like between two events, as the workloads experience it. */
export interface Conditions {
  /** Undefined where nothing is in the queue. */
  queue(channel: number, queue: number): QueueState | undefined;
  /** There and back without queues, ms: propagation and forwarding. */
  baseRttMs(channels: readonly number[]): number;
  /** Mean time in the queues of a path, one way, ms. */
  queueDelayMs(channels: readonly number[], queue: number): number;
  /** Loss of a path, drops and gray loss together, 0..1. */
  lossRatio(channels: readonly number[], queue: number): number;
  passage(channels: readonly number[], queue: number, random: Random): Passage;
  /** Rate that one more connection would find on the path, bps. */
  rateForOneBps(channels: readonly number[], queue: number): number;
  /** What becomes of the first windows when all connections of the streams start together. */
  onset(streams: readonly Stream[], windowBytes: number): IncastOutcome;
}
