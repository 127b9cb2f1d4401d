import { trueCapacityBps, type Network } from '../network/network';
import { LONGEST_WAY, positionsBefore, type ActiveStream } from './active-stream';
import { EQUAL, FULL } from './arrivals';
import type { CellMembers, Entries } from './cell-members';
import type { QueueSettings } from './queue-settings';
import { serviceBps } from './service';

/** What the streams in each queue come to, how it is served, and which of them it holds back. */
export class CellLoads {
  /** What the streams in each queue get together, bps. */
  readonly carriedBps: Float64Array;
  /** Highest rate of an elastic connection in it. */
  readonly highestBps: Float64Array;
  readonly connections: Float64Array;
  /** What open streams would send beyond what they get, bps. */
  private readonly excessBps: Float64Array;
  private readonly width: number;

  constructor(
    private readonly network: Network,
    private readonly settings: QueueSettings,
  ) {
    this.width = network.spec.queues.length;
    const cells = network.channels.length * this.width;
    this.carriedBps = new Float64Array(cells);
    this.highestBps = new Float64Array(cells);
    this.connections = new Float64Array(cells);
    this.excessBps = new Float64Array(cells);
  }

  fork(network: Network, settings: QueueSettings): CellLoads {
    const copy = new CellLoads(network, settings);
    copy.carriedBps.set(this.carriedBps);
    copy.highestBps.set(this.highestBps);
    copy.connections.set(this.connections);
    copy.excessBps.set(this.excessBps);
    return copy;
  }

  /** Adds up the streams of a queue anew. */
  sum(cell: number, members: CellMembers, entries: Entries): void {
    const slots = members.in(cell);
    const positions = members.positionsIn(cell);
    let carriedBps = 0;
    let highestBps = 0;
    let connections = 0;
    let excessBps = 0;
    for (let i = 0; i < slots.length; i++) {
      const entry = entries[slots[i] as number] as ActiveStream;
      const count = entry.shape.connections[positions[i] as number] as number;
      carriedBps += count * entry.rateBps;
      connections += count;
      const { kind, demandBps } = entry.shape.stream;
      if (kind === 'open') excessBps += count * (demandBps - entry.rateBps);
      else if (entry.rateBps > highestBps) highestBps = entry.rateBps;
    }
    this.excessBps[cell] = excessBps;
    this.carriedBps[cell] = carriedBps;
    this.highestBps[cell] = highestBps;
    this.connections[cell] = connections;
  }

  /** Rate at which a queue is emptied, bps; a paused one as fast as it may send. */
  serviceOf(channel: number, queue: number): number {
    const cell = channel * this.width + queue;
    const freeBps = this.unpausedService(channel, queue);
    if (this.settings.capBps[cell] === Infinity) return freeBps;
    return Math.min(freeBps, Math.max(1, this.carriedBps[cell] as number));
  }

  /** Share of time in which a queue may not send, because what it feeds told it so. */
  pausedRatio(cell: number): number {
    if (this.settings.capBps[cell] === Infinity) return 0;
    const channel = Math.floor(cell / this.width);
    const freeBps = this.unpausedService(channel, cell % this.width);
    return Math.max(0, 1 - (this.carriedBps[cell] as number) / Math.max(1, freeBps));
  }

  /**
   * What one connection of an open stream gets out of its host, bps. What it would send beyond its
   * share has the room that the port has left, along with what others there would.
   */
  readonly offeredBps = (entry: ActiveStream): number => {
    const { nics, channels, stream } = entry.shape;
    const excessBps = stream.demandBps - entry.rateBps;
    if (excessBps <= 0) return entry.rateBps;
    let share = 0;
    for (const position of nics) {
      const channel = channels[position] as number;
      let roomBps = trueCapacityBps(this.network.channel(channel));
      let wantedBps = 0;
      for (let q = 0; q < this.width; q++) {
        roomBps -= this.carriedBps[channel * this.width + q] as number;
        wantedBps += this.excessBps[channel * this.width + q] as number;
      }
      if (wantedBps > 0) share = Math.max(share, Math.min(1, Math.max(0, roomBps) / wantedBps));
    }
    return entry.rateBps + excessBps * share;
  };

  /** Whether the port of one of its hosts is what holds the stream: then no switch queues it. */
  isHeldAtHost(entry: ActiveStream): boolean {
    for (const position of entry.shape.nics) if (this.holds(entry, position)) return true;
    return false;
  }

  /**
   * Whether queues before this one hold all that the stream brings here. Of several full queues
   * on a way only the first builds; the others are handed just what they can send.
   */
  readonly isPaced = (entry: ActiveStream, position: number, hops = 0): boolean => {
    const before = positionsBefore(entry.shape, position);
    if (before.length === 0 || hops > LONGEST_WAY) return false;
    for (const at of before)
      if (!this.holds(entry, at) && !this.isPaced(entry, at, hops + 1)) return false;
    return true;
  };

  /** Whether the queue at `position` is full and gives nobody more than this stream. */
  private holds(entry: ActiveStream, position: number): boolean {
    const { channels, stream } = entry.shape;
    const channel = channels[position] as number;
    const cell = channel * this.width + stream.queue;
    // A paused queue hands on what the queue that paused it takes, and that one is full.
    if (this.settings.capBps[cell] !== Infinity) return false;
    if (entry.bottleneck === channel) return true;
    if (entry.rateBps < (this.highestBps[cell] as number) * EQUAL) return false;
    return (this.carriedBps[cell] as number) >= this.serviceOf(channel, stream.queue) * FULL;
  }

  private unpausedService(channel: number, queue: number): number {
    return serviceBps(
      trueCapacityBps(this.network.channel(channel)),
      queue,
      this.width,
      (q) => this.settings.scheduling(channel, q),
      (q) => this.carriedBps[channel * this.width + q] as number,
    );
  }
}
