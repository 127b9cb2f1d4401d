import type { Network } from '../network/network';
import type { ActiveStream } from './active-stream';
import type { QueueLoads } from './queue-loads';

/** Loss below this moves no counter of another port. */
const LEAST_LOSS = 1e-6;

/**
 * What crosses the wires beyond what arrives in the end. A congestion-controlled sender sends again
 * what was lost, so every port before a loss carries more than those after it; an open one sends
 * its demand, and each loss leaves less of it. Kept in whole bits per second, so that taking away
 * what was added leaves nothing. Cells as in QueueLoads.
 */
export class WireLoad {
  readonly extraBps: Float64Array;
  /** By stream: what it adds to each of its channels. */
  private applied = new Map<number, Float64Array>();

  constructor(
    private readonly network: Network,
    private readonly loads: QueueLoads,
  ) {
    this.extraBps = new Float64Array(network.channels.length * loads.width);
  }

  fork(network: Network, loads: QueueLoads): WireLoad {
    const copy = new WireLoad(network, loads);
    copy.extraBps.set(this.extraBps);
    copy.applied = new Map(this.applied);
    return copy;
  }

  /** Counts a stream anew; adds the cells where that changed something to `changed`. */
  update(entry: ActiveStream, changed: number[]): void {
    const before = this.applied.get(entry.slot);
    const after = this.isLossy(entry) ? this.extraOf(entry) : null;
    if (before === undefined && after === null) return;
    if (after === null) this.applied.delete(entry.slot);
    else this.applied.set(entry.slot, after);
    const { channels, stream } = entry.shape;
    for (let position = 0; position < channels.length; position++) {
      const change = (after?.[position] ?? 0) - (before?.[position] ?? 0);
      if (change === 0) continue;
      const cell = this.loads.cell(channels[position] as number, stream.queue);
      this.extraBps[cell]! += change;
      changed.push(cell);
    }
  }

  private isLossy(entry: ActiveStream): boolean {
    if (entry.id < 0) return false;
    const { channels, stream } = entry.shape;
    for (const c of channels) {
      if (this.passes(c) < 1 || this.keeps(c, stream.queue) < 1) return true;
    }
    return false;
  }

  private extraOf(entry: ActiveStream): Float64Array {
    const { channels, stream } = entry.shape;
    const positionOf = new Map<number, number>();
    channels.forEach((c, position) => positionOf.set(c, position));
    const extra = new Float64Array(channels.length);
    for (const member of stream.members) {
      const outBps =
        stream.kind === 'open'
          ? this.forward(member.channels, entry)
          : this.backward(member.channels, entry);
      member.channels.forEach((c, hop) => {
        const beyondBps = (outBps[hop] as number) - entry.rateBps;
        extra[positionOf.get(c) as number]! += Math.round(member.connections * beyondBps);
      });
    }
    return extra;
  }

  /** What leaves each hop so that the rate arrives: losses behind it are sent again. */
  private backward(channels: readonly number[], entry: ActiveStream): Float64Array {
    const out = new Float64Array(channels.length);
    let bps = entry.rateBps;
    for (let hop = channels.length - 1; hop >= 0; hop--) {
      const c = channels[hop] as number;
      bps /= this.passes(c);
      out[hop] = bps;
      bps /= this.keeps(c, entry.shape.stream.queue);
    }
    return out;
  }

  /** What leaves each hop of what was sent. */
  private forward(channels: readonly number[], entry: ActiveStream): Float64Array {
    const out = new Float64Array(channels.length);
    const { stream } = entry.shape;
    let bps = this.loads.cells.offeredBps(entry);
    channels.forEach((c, hop) => {
      bps *= this.keeps(c, stream.queue);
      out[hop] = bps;
      bps *= this.passes(c);
    });
    return out;
  }

  /** Share of what leaves a port that reaches the next one. */
  private passes(channel: number): number {
    return 1 - Math.min(0.99, this.network.channel(channel).fault.grayLossRatio);
  }

  /** Share of what comes to a queue that leaves it. */
  private keeps(channel: number, queue: number): number {
    const lost = this.loads.states[this.loads.cell(channel, queue)]?.dropRatio ?? 0;
    return lost < LEAST_LOSS ? 1 : 1 - Math.min(0.99, lost);
  }
}
