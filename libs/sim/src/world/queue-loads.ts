import { evaluateSwitch } from '../buffers/evaluate-switch';
import type { QueueArrivals, QueueState } from '../buffers/queue-state';
import { trueCapacityBps, type Network } from '../network/network';
import type { Routing } from '../network/routing';
import type { QueueSetting } from '../network/settings';
import { positionsBefore, type ActiveStream } from './active-stream';
import { arrivalsAt, EQUAL, FULL, isHeld } from './arrivals';
import { CellMembers, type Entries } from './cell-members';
import { QueueSettings } from './queue-settings';
import { serviceBps } from './service';

/** Lock-step streams over several ways could lead in a circle; no way is longer than this. */
const LONGEST_WAY = 8;

/**
 * The load of every queue and the state that follows from it. A queue is named by its cell:
 * channel x queues + queue. Only switches with changed arrivals are evaluated again.
 */
export class QueueLoads {
  /** What the streams in each queue get together, bps. */
  readonly carriedBps: Float64Array;
  /** Connections in each queue. */
  readonly connections: Float64Array;
  states: (QueueState | undefined)[];
  /** Switches evaluated so far. */
  evaluations = 0;
  readonly width: number;
  /** Full lossless queues, whose feeders must wait. */
  readonly pausing = new Set<number>();
  private members: CellMembers;
  private arrivals: (QueueArrivals | undefined)[];
  private readonly highestBps: Float64Array;
  private readonly dirty: Uint8Array;
  private dirtyChannels: number[] = [];
  /** Cells whose own streams changed; others on the channel only have to look at their service. */
  private readonly dirtyCells: Uint8Array;
  /** Places of streams whose rate changed since the last evaluation. */
  private moved = new Set<number>();
  /** Places of streams whose load on the wires may have changed. */
  private recounts = new Set<number>();

  constructor(
    private readonly network: Network,
    routing: Routing,
    readonly settings = new QueueSettings(network, routing),
  ) {
    this.width = network.spec.queues.length;
    const cells = network.channels.length * this.width;
    this.carriedBps = new Float64Array(cells);
    this.highestBps = new Float64Array(cells);
    this.connections = new Float64Array(cells);
    this.dirty = new Uint8Array(network.channels.length);
    this.dirtyCells = new Uint8Array(cells);
    this.states = Array.from({ length: cells }, () => undefined);
    this.arrivals = [...this.states] as undefined[];
    this.members = new CellMembers(cells);
  }

  fork(network: Network, routing: Routing): QueueLoads {
    const copy = new QueueLoads(network, routing, this.settings.fork(network, routing));
    for (const cell of this.pausing) copy.pausing.add(cell);
    copy.carriedBps.set(this.carriedBps);
    copy.highestBps.set(this.highestBps);
    copy.connections.set(this.connections);
    copy.dirty.set(this.dirty);
    copy.dirtyCells.set(this.dirtyCells);
    copy.states = this.states.slice();
    copy.arrivals = this.arrivals.slice();
    copy.members = this.members.fork();
    copy.dirtyChannels = this.dirtyChannels.slice();
    copy.moved = new Set(this.moved);
    copy.recounts = new Set(this.recounts);
    copy.evaluations = this.evaluations;
    return copy;
  }

  cell(channel: number, queue: number): number {
    return channel * this.width + queue;
  }

  enter(entry: ActiveStream): void {
    this.members.enter(entry, (channel) => this.cell(channel, entry.shape.stream.queue));
    this.moved.add(entry.slot);
    this.recounts.add(entry.slot);
    this.touch(entry);
  }

  leave(entry: ActiveStream, entries: Entries): void {
    this.moved.delete(entry.slot);
    this.recounts.add(entry.slot);
    this.members.leave(entry, (channel) => this.cell(channel, entry.shape.stream.queue), entries);
    this.touch(entry);
  }

  /** A stream in the network whose rate changed. */
  move(entry: ActiveStream): void {
    this.moved.add(entry.slot);
    this.recounts.add(entry.slot);
    this.touch(entry);
  }

  private touch(entry: ActiveStream): void {
    const { queue } = entry.shape.stream;
    for (const channel of entry.shape.channels) {
      this.dirtyCells[this.cell(channel, queue)] = 1;
      this.list(channel);
    }
  }

  touchChannel(channel: number): void {
    for (let q = 0; q < this.width; q++) this.dirtyCells[this.cell(channel, q)] = 1;
    this.list(channel);
  }

  private list(channel: number): void {
    if (this.dirty[channel] === 1) return;
    this.dirty[channel] = 1;
    this.dirtyChannels.push(channel);
  }

  /** A channel that became another, with all streams on it. */
  recount(channel: number): void {
    this.touchChannel(channel);
    for (let q = 0; q < this.width; q++) this.recountCell(this.cell(channel, q));
  }

  /** Streams whose load on the wires may have changed since the last call. */
  takeRecounts(): Set<number> {
    const taken = this.recounts;
    this.recounts = new Set();
    return taken;
  }

  /** Reads the settings of a switch again. */
  configure(device: number): void {
    this.settings.configure(device);
    for (const channel of this.network.egress[device]?.values() ?? []) this.touchChannel(channel);
  }

  /** Whether anything changed since the last evaluation. */
  get isStale(): boolean {
    return this.dirtyChannels.length > 0;
  }

  each(
    cell: number,
    entries: Entries,
    visit: (entry: ActiveStream, position: number) => void,
  ): void {
    const positions = this.members.positionsIn(cell);
    this.members.in(cell).forEach((slot, i) => {
      visit(entries[slot] as ActiveStream, positions[i] as number);
    });
  }

  /** Rate of one connection that a full queue holds back, bps. */
  heldRateBps(cell: number, entries: Entries): number {
    const highestBps = this.highestBps[cell] as number;
    let heldBps = 0;
    this.each(cell, entries, (entry, position) => {
      if (isHeld(entry, highestBps) && !this.isPaced(entry, position))
        heldBps = Math.max(heldBps, entry.rateBps);
    });
    return heldBps;
  }

  /** Share of time in which a queue may not send, because what it feeds told it so. */
  pausedRatio(cell: number): number {
    if (this.settings.capBps[cell] === Infinity) return 0;
    const channel = Math.floor(cell / this.width);
    const carriedBps = this.carriedBps[cell] as number;
    return Math.max(0, 1 - carriedBps / Math.max(1, this.freeService(channel, cell % this.width)));
  }

  /** Shared buffer of a switch that no queue holds now. */
  freeBytes(device: number): number {
    let heldBytes = 0;
    for (const channel of this.network.egress[device]?.values() ?? []) {
      for (let q = 0; q < this.width; q++) {
        const cell = this.cell(channel, q);
        const depthBytes = this.states[cell]?.depthBytes ?? 0;
        if (depthBytes > 0)
          heldBytes += Math.max(0, depthBytes - this.settings.of(cell).dedicatedBytes);
      }
    }
    const sharedBytes = this.network.spec.switches[device]?.sharedBufferBytes ?? 0;
    return Math.max(0, sharedBytes - heldBytes);
  }

  /** Brings loads and states up to date; the cells of which something may have changed. */
  evaluate(entries: Entries): number[] {
    const cells: number[] = [];
    const changed = this.dirtyChannels;
    this.dirtyChannels = [];
    for (const channel of changed) {
      for (let q = 0; q < this.width; q++) {
        const cell = this.cell(channel, q);
        if (this.dirtyCells[cell] === 1) this.sum(cell, entries);
      }
    }
    for (const slot of this.moved) {
      const entry = entries[slot] as ActiveStream;
      entry.heldAtHost = this.isHeldAtHost(entry);
    }
    this.moved.clear();
    const devices = new Set<number>();
    for (const channel of changed) {
      const { device } = this.network.channel(channel);
      this.dirty[channel] = 0;
      if (device >= 0) {
        devices.add(device);
        this.arrive(channel, entries);
      }
      for (let q = 0; q < this.width; q++) {
        const cell = this.cell(channel, q);
        this.dirtyCells[cell] = 0;
        cells.push(cell);
      }
    }
    for (const device of devices) this.evaluateDevice(device, cells);
    return cells;
  }

  private sum(cell: number, entries: Entries): void {
    const slots = this.members.in(cell);
    const positions = this.members.positionsIn(cell);
    let carriedBps = 0;
    let highestBps = 0;
    let connections = 0;
    for (let i = 0; i < slots.length; i++) {
      const entry = entries[slots[i] as number] as ActiveStream;
      const count = entry.shape.connections[positions[i] as number] as number;
      carriedBps += count * entry.rateBps;
      connections += count;
      if (entry.rateBps > highestBps && entry.shape.stream.kind === 'elastic')
        highestBps = entry.rateBps;
    }
    this.carriedBps[cell] = carriedBps;
    this.highestBps[cell] = highestBps;
    this.connections[cell] = connections;
  }

  /** Arrivals at all queues of one egress channel. */
  private arrive(channel: number, entries: Entries): void {
    for (let queue = 0; queue < this.width; queue++) {
      const cell = this.cell(channel, queue);
      const slots = this.members.in(cell);
      if (slots.length === 0) {
        this.arrivals[cell] = undefined;
        this.states[cell] = undefined;
        this.pausing.delete(cell);
        continue;
      }
      const serviceBps = this.serviceOf(channel, queue);
      const same = this.arrivals[cell]?.serviceBps === serviceBps;
      if (same && this.dirtyCells[cell] === 0) continue;
      const input = {
        channel,
        queue,
        serviceBps,
        carriedBps: this.carriedBps[cell] as number,
        highestBps: this.highestBps[cell] as number,
        lossless: this.settings.of(cell).lossless === true,
        isPaced: this.isPaced,
      };
      const positions = this.members.positionsIn(cell);
      this.arrivals[cell] = arrivalsAt(this.network, input, entries, slots, positions);
    }
  }

  /** A paused queue is served as fast as it may send. */
  private serviceOf(channel: number, queue: number): number {
    const cell = this.cell(channel, queue);
    const freeBps = this.freeService(channel, queue);
    if (this.settings.capBps[cell] === Infinity) return freeBps;
    return Math.min(freeBps, Math.max(1, this.carriedBps[cell] as number));
  }

  private freeService(channel: number, queue: number): number {
    return serviceBps(
      trueCapacityBps(this.network.channel(channel)),
      queue,
      this.width,
      (q) => this.settings.scheduling(channel, q),
      (q) => this.carriedBps[this.cell(channel, q)] as number,
    );
  }

  /** Whether the port of one of its hosts is what holds the stream: then no switch queues it. */
  private isHeldAtHost(entry: ActiveStream): boolean {
    for (const position of entry.shape.nics) if (this.holds(entry, position)) return true;
    return false;
  }

  /**
   * Whether queues before this one hold all that the stream brings here. Of several full queues
   * on a way only the first builds; the others are handed just what they can send.
   */
  private readonly isPaced = (entry: ActiveStream, position: number, hops = 0): boolean => {
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
    const cell = this.cell(channel, stream.queue);
    // A paused queue hands on what the queue that paused it takes, and that one is full.
    if (this.settings.capBps[cell] !== Infinity) return false;
    if (entry.bottleneck === channel) return true;
    if (entry.rateBps < (this.highestBps[cell] as number) * EQUAL) return false;
    return (this.carriedBps[cell] as number) >= this.serviceOf(channel, stream.queue) * FULL;
  }

  private recountCell(cell: number): void {
    for (const slot of this.members.in(cell)) this.recounts.add(slot);
  }

  private evaluateDevice(device: number, changed: number[]): void {
    const cells: number[] = [];
    const arrivals: QueueArrivals[] = [];
    const settings: QueueSetting[] = [];
    for (const channel of this.network.egress[device]?.values() ?? []) {
      for (let q = 0; q < this.width; q++) {
        const cell = this.cell(channel, q);
        const arriving = this.arrivals[cell];
        if (arriving === undefined) continue;
        cells.push(cell);
        arrivals.push(arriving);
        settings.push(this.settings.of(cell));
      }
    }
    this.evaluations += 1;
    const sharedBytes = this.network.spec.switches[device]?.sharedBufferBytes ?? 0;
    const states = evaluateSwitch(sharedBytes, arrivals, settings);
    cells.forEach((cell, i) => {
      const state = states[i] as QueueState;
      if (state.dropRatio !== (this.states[cell]?.dropRatio ?? 0)) this.recountCell(cell);
      this.states[cell] = state;
      if (state.full && state.pauseRatio > 0) this.pausing.add(cell);
      else this.pausing.delete(cell);
      changed.push(cell);
    });
  }
}
