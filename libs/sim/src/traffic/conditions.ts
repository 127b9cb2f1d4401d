import type { Random } from '@weir/core/base';
import type { Network } from '../network/network';
import { trueCapacityBps } from '../network/network';
import { clamp } from '../queueing/congestion-control';
import { baseRtt } from '../queueing/queue-load';
import { overTime, type Moment, type QueueState } from '../queueing/queue-state';

/** One passage through the fabric, drawn at random from the states of the queues on the way. */
export interface Passage {
  readonly queueDelayMs: number;
  /** Probability that one packet arrives. */
  readonly deliveredRatio: number;
}

/** What the network was like in the last step, as the workloads experience it. */
export class Conditions {
  constructor(
    private readonly network: Network,
    private readonly states: ReadonlyMap<number, QueueState>,
  ) {}

  state(channel: number, queue: number): QueueState | undefined {
    return this.states.get(channel * this.network.spec.queues.length + queue);
  }

  baseRttMs(channels: readonly number[]): number {
    return baseRtt(this.network, channels);
  }

  passage(channels: readonly number[], queue: number, random: Random): Passage {
    let queueDelayMs = 0;
    let deliveredRatio = 1;
    for (const c of channels) {
      deliveredRatio *= 1 - this.network.channel(c).fault.grayLossRatio;
      const state = this.state(c, queue);
      if (state === undefined) continue;
      const moment = state.duty > 0 && random.next() < state.duty ? state.on : state.quiet;
      const depthBytes = Math.min(
        moment.peakBytes,
        moment.depthBytes * (0.8 + 0.4 * random.next()),
      );
      queueDelayMs += (depthBytes * 8000) / Math.max(1, state.serviceBps);
      deliveredRatio *= 1 - moment.dropRatio;
    }
    return { queueDelayMs, deliveredRatio };
  }

  /** Mean loss of a path; `of` chooses the moment for senders that are only there when it is on. */
  lossRatio(channels: readonly number[], queue: number, phased: boolean): number {
    let delivered = 1;
    for (const c of channels) {
      const fault = this.network.channel(c).fault;
      delivered *= (1 - fault.grayLossRatio) * (1 - this.dropRatio(c, queue, phased));
    }
    return 1 - delivered;
  }

  dropRatio(channel: number, queue: number, phased: boolean): number {
    const state = this.state(channel, queue);
    if (state === undefined) return 0;
    return phased ? state.on.dropRatio : overTime(state, (moment) => moment.dropRatio);
  }

  /** Rate that one more connection would find, bps. */
  rateForOneBps(channels: readonly number[], queue: number): number {
    let least = Infinity;
    for (const c of channels) {
      const state = this.state(c, queue);
      const channel = this.network.channel(c);
      if (state === undefined) {
        least = Math.min(least, trueCapacityBps(channel));
        continue;
      }
      const fairBps = state.serviceBps / (state.connections + 1);
      least = Math.min(least, Math.max(fairBps, state.serviceBps - state.carriedBps));
    }
    return least;
  }

  grayLossRatio(channels: readonly number[]): number {
    let delivered = 1;
    for (const c of channels) delivered *= 1 - this.network.channel(c).fault.grayLossRatio;
    return 1 - delivered;
  }

  /** Mean time in the queues of a path, in the busy moment, ms. */
  busyDelayMs(channels: readonly number[], queue: number): number {
    let delayMs = 0;
    for (const c of channels) {
      const state = this.state(c, queue);
      if (state === undefined) continue;
      const moment: Moment = state.on;
      delayMs += (moment.depthBytes * 8000) / Math.max(1, state.serviceBps);
    }
    return delayMs;
  }
}

export interface Retransmission {
  /** Shortest retransmission time-out of the sender, ms; 200 in Linux. */
  readonly minRtoMs: number;
}

/**
 * Time that loss adds to one message of `packets`. Lost early packets come again within a round
 * trip (fast retransmit); a loss among the last three, or of the retransmission, waits for the
 * time-out, which doubles each time.
 */
export function lossPenaltyMs(
  packets: number,
  deliveredRatio: number,
  rttMs: number,
  minRtoMs: number,
  random: Random,
): number {
  if (deliveredRatio >= 1) return 0;
  const lossRatio = 1 - deliveredRatio;
  if (random.next() >= 1 - deliveredRatio ** packets) return 0;
  const timeoutRatio = clamp(3 / packets + 4 * lossRatio, 0, 1);
  if (random.next() >= timeoutRatio) return rttMs;
  let penaltyMs = minRtoMs;
  for (let wait = 2 * minRtoMs; random.next() < lossRatio && wait <= 16 * minRtoMs; wait *= 2) {
    penaltyMs += wait;
  }
  return penaltyMs;
}
