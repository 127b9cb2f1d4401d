import type { Random } from '@weir/core/base';
import type { IncastOutcome, QueueState } from '../buffers/queue-state';
import { drainMs } from '../buffers/senders';
import { trueCapacityBps, type Network } from '../network/network';
import type { Stream } from '../sharing/stream';
import { baseRttMs } from './active-stream';
import type { Conditions, Passage } from './conditions';
import { onsetOf, type OnsetTold } from './onset';
import type { QueueLoads } from './queue-loads';

/** The network of now, seen through the queues; it moves on with the world. */
export class WorldConditions implements Conditions {
  constructor(
    private readonly network: Network,
    private readonly loads: QueueLoads,
    private readonly told: OnsetTold,
  ) {}

  queue(channel: number, queue: number): QueueState | undefined {
    return this.loads.states[this.loads.cell(channel, queue)];
  }

  baseRttMs(channels: readonly number[]): number {
    return baseRttMs(this.network, channels);
  }

  queueDelayMs(channels: readonly number[], queue: number): number {
    let delayMs = 0;
    for (const c of channels) {
      const state = this.queue(c, queue);
      if (state !== undefined) delayMs += drainMs(state.depthBytes, state.serviceBps);
    }
    return delayMs;
  }

  lossRatio(channels: readonly number[], queue: number): number {
    let delivered = 1;
    for (const c of channels) {
      delivered *= 1 - this.network.channel(c).fault.grayLossRatio;
      delivered *= 1 - (this.queue(c, queue)?.dropRatio ?? 0);
    }
    return 1 - delivered;
  }

  passage(channels: readonly number[], queue: number, random: Random): Passage {
    let queueDelayMs = 0;
    let deliveredRatio = 1;
    for (const c of channels) {
      deliveredRatio *= 1 - this.network.channel(c).fault.grayLossRatio;
      const state = this.queue(c, queue);
      if (state === undefined) continue;
      deliveredRatio *= 1 - state.dropRatio;
      queueDelayMs += drainMs(drawDepthBytes(state, random), state.serviceBps);
    }
    return { queueDelayMs, deliveredRatio };
  }

  rateForOneBps(channels: readonly number[], queue: number): number {
    let least = Infinity;
    for (const c of channels) {
      const cell = this.loads.cell(c, queue);
      const state = this.loads.states[cell];
      const serviceBps = state?.serviceBps ?? trueCapacityBps(this.network.channel(c));
      const connections = this.loads.cells.connections[cell] as number;
      const spareBps = serviceBps - (this.loads.cells.carriedBps[cell] as number);
      least = Math.min(least, Math.max(serviceBps / (connections + 1), spareBps));
    }
    return least;
  }

  onset(streams: readonly Stream[], windowBytes: number): IncastOutcome {
    return onsetOf(this.network, this.loads, streams, windowBytes, this.told);
  }
}

/**
 * Depth that one packet meets. A queue that senders hold stays near its mean; one that only
 * randomness fills is empty most of the time and has an exponential tail.
 */
function drawDepthBytes(state: QueueState, random: Random): number {
  const drawn = random.next();
  const held = state.full || state.markRatio > 0;
  const depthBytes = held
    ? state.depthBytes * (0.8 + 0.4 * drawn)
    : -state.depthBytes * Math.log(1 - drawn);
  return Math.min(depthBytes, Math.max(state.peakBytes, state.depthBytes * 5), state.limitBytes);
}
