import { evaluateSwitch } from '../buffers/evaluate-switch';
import type { QueueArrivals, QueueState } from '../buffers/queue-state';
import type { Network } from '../network/network';
import type { Routing } from '../network/routing';
import type { QueueSetting } from '../network/settings';
import type { ActiveStream } from './active-stream';
import { arrivalsAt, isHeld } from './arrivals';
import { CellLoads } from './cell-loads';
import { CellMembers, type Entries } from './cell-members';
import { Changes } from './changes';
import { QueueSettings } from './queue-settings';

/**
 * The load of every queue and the state that follows from it. A queue is named by its cell:
 * channel x queues + queue. Only switches with changed arrivals are evaluated again.
 */
export class QueueLoads {
  states: (QueueState | undefined)[];
  /** Switches evaluated so far. */
  evaluations = 0;
  readonly width: number;
  /** Full lossless queues, whose feeders must wait. */
  readonly pausing = new Set<number>();
  private members: CellMembers;
  private changes: Changes;
  private arrivals: (QueueArrivals | undefined)[];

  constructor(
    private readonly network: Network,
    routing: Routing,
    readonly settings = new QueueSettings(network, routing),
    readonly cells = new CellLoads(network, settings),
  ) {
    this.width = network.spec.queues.length;
    const cellCount = network.channels.length * this.width;
    this.states = Array.from({ length: cellCount }, () => undefined);
    this.arrivals = Array.from({ length: cellCount }, () => undefined);
    this.members = new CellMembers(cellCount);
    this.changes = new Changes(network.channels.length, this.width);
  }

  fork(network: Network, routing: Routing): QueueLoads {
    const settings = this.settings.fork(network, routing);
    const copy = new QueueLoads(network, routing, settings, this.cells.fork(network, settings));
    copy.states = this.states.slice();
    copy.arrivals = this.arrivals.slice();
    copy.members = this.members.fork();
    copy.changes = this.changes.fork();
    copy.evaluations = this.evaluations;
    for (const cell of this.pausing) copy.pausing.add(cell);
    return copy;
  }

  cell(channel: number, queue: number): number {
    return channel * this.width + queue;
  }

  /** Whether anything changed since the last evaluation. */
  get isStale(): boolean {
    return !this.changes.isEmpty;
  }

  enter(entry: ActiveStream): void {
    this.members.enter(entry, (channel) => this.cell(channel, entry.shape.stream.queue));
    this.move(entry);
  }

  leave(entry: ActiveStream, entries: Entries): void {
    this.members.leave(entry, (channel) => this.cell(channel, entry.shape.stream.queue), entries);
    this.move(entry);
    this.changes.moved.delete(entry.slot);
  }

  /** A stream in the network whose rate changed. */
  move(entry: ActiveStream): void {
    const { channels, stream } = entry.shape;
    this.changes.moved.add(entry.slot);
    this.changes.recount(entry.slot);
    for (const channel of channels) this.changes.touch(channel, stream.queue);
  }

  /** A channel that may send more or less than before. */
  touchChannel(channel: number): void {
    this.changes.touchChannel(channel);
  }

  /** A channel that became another, with all streams on it. */
  recount(channel: number): void {
    this.touchChannel(channel);
    for (let q = 0; q < this.width; q++) this.recountCell(this.cell(channel, q));
  }

  /** Streams whose load on the wires may have changed since the last call. */
  takeRecounts(): Set<number> {
    return this.changes.takeRecounts();
  }

  /** Reads the settings of a switch again. */
  configure(device: number): void {
    this.settings.configure(device);
    for (const channel of this.network.egress[device]?.values() ?? []) this.touchChannel(channel);
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
    const highestBps = this.cells.highestBps[cell] as number;
    let heldBps = 0;
    this.each(cell, entries, (entry, position) => {
      if (isHeld(entry, highestBps) && !this.cells.isPaced(entry, position))
        heldBps = Math.max(heldBps, entry.rateBps);
    });
    return heldBps;
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
    return Math.max(0, this.sharedBytes(device) - heldBytes);
  }

  /** Brings loads and states up to date; the cells of which something may have changed. */
  evaluate(entries: Entries): number[] {
    const { changes, cells } = this;
    const changed = changes.takeChannels();
    for (const channel of changed) {
      for (let q = 0; q < this.width; q++) {
        const cell = this.cell(channel, q);
        if (changes.isTouched(cell)) cells.sum(cell, this.members, entries);
      }
    }
    for (const slot of changes.moved) {
      const entry = entries[slot] as ActiveStream;
      entry.heldAtHost = cells.isHeldAtHost(entry);
    }
    changes.moved.clear();
    const touched: number[] = [];
    const devices = new Set<number>();
    for (const channel of changed) {
      const { device } = this.network.channel(channel);
      if (device >= 0) devices.add(device);
      for (let q = 0; q < this.width; q++) {
        const cell = this.cell(channel, q);
        if (device >= 0) this.arrive(channel, q, cell, entries);
        changes.settle(cell);
        touched.push(cell);
      }
    }
    for (const device of devices) this.evaluateDevice(device, touched);
    return touched;
  }

  /** Arrivals at a queue of a switch; nothing to do where neither streams nor service changed. */
  private arrive(channel: number, queue: number, cell: number, entries: Entries): void {
    const slots = this.members.in(cell);
    if (slots.length === 0) {
      this.arrivals[cell] = undefined;
      this.states[cell] = undefined;
      this.pausing.delete(cell);
      return;
    }
    const serviceBps = this.cells.serviceOf(channel, queue);
    const same = this.arrivals[cell]?.serviceBps === serviceBps;
    if (same && !this.changes.isTouched(cell)) return;
    const input = {
      channel,
      queue,
      serviceBps,
      carriedBps: this.cells.carriedBps[cell] as number,
      highestBps: this.cells.highestBps[cell] as number,
      lossless: this.settings.of(cell).lossless === true,
      isPaced: this.cells.isPaced,
      offeredBps: this.cells.offeredBps,
    };
    const positions = this.members.positionsIn(cell);
    this.arrivals[cell] = arrivalsAt(this.network, input, entries, slots, positions);
  }

  private evaluateDevice(device: number, touched: number[]): void {
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
    const states = evaluateSwitch(this.sharedBytes(device), arrivals, settings);
    cells.forEach((cell, i) => {
      const state = states[i] as QueueState;
      if (state.dropRatio !== (this.states[cell]?.dropRatio ?? 0)) this.recountCell(cell);
      this.states[cell] = state;
      if (state.full && state.pauseRatio > 0) this.pausing.add(cell);
      else this.pausing.delete(cell);
      touched.push(cell);
    });
  }

  private recountCell(cell: number): void {
    for (const slot of this.members.in(cell)) this.changes.recount(slot);
  }

  private sharedBytes(device: number): number {
    return this.network.spec.switches[device]?.sharedBufferBytes ?? 0;
  }
}
