import { evaluateSwitch } from '../buffers/evaluate-switch';
import type { QueueArrivals, QueueState } from '../buffers/queue-state';
import { trueCapacityBps, type Network } from '../network/network';
import type { Routing } from '../network/routing';
import { DEFAULT_QUEUE, type QueueScheduling, type QueueSetting } from '../network/settings';
import type { ActiveStream } from './active-stream';
import { arrivalsAt, type Arriving } from './arrivals';
import { CellMembers, type Entries } from './cell-members';
import { serviceBps } from './service';

/** Told of every queue whose load or state may have changed. */
export type Told = (cell: number, state: QueueState | undefined) => void;

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
  private members: CellMembers;
  private arrivals: (QueueArrivals | undefined)[];
  private settings: (QueueSetting | undefined)[];
  private readonly highestBps: Float64Array;
  private readonly dirty: Uint8Array;
  private dirtyChannels: number[] = [];

  constructor(
    private readonly network: Network,
    private readonly routing: Routing,
  ) {
    this.width = network.spec.queues.length;
    const cells = network.channels.length * this.width;
    this.carriedBps = new Float64Array(cells);
    this.highestBps = new Float64Array(cells);
    this.connections = new Float64Array(cells);
    this.dirty = new Uint8Array(network.channels.length);
    this.states = Array.from({ length: cells }, () => undefined);
    this.arrivals = [...this.states] as undefined[];
    this.settings = [...this.states] as undefined[];
    this.members = new CellMembers(cells);
  }

  fork(network: Network, routing: Routing): QueueLoads {
    const copy = new QueueLoads(network, routing);
    copy.carriedBps.set(this.carriedBps);
    copy.highestBps.set(this.highestBps);
    copy.connections.set(this.connections);
    copy.dirty.set(this.dirty);
    copy.states = this.states.slice();
    copy.arrivals = this.arrivals.slice();
    copy.settings = this.settings.slice();
    copy.members = this.members.fork();
    copy.dirtyChannels = this.dirtyChannels.slice();
    copy.evaluations = this.evaluations;
    return copy;
  }

  cell(channel: number, queue: number): number {
    return channel * this.width + queue;
  }

  enter(entry: ActiveStream): void {
    this.members.enter(entry, (channel) => this.cell(channel, entry.shape.stream.queue));
    this.touch(entry);
  }

  leave(entry: ActiveStream, entries: Entries): void {
    this.members.leave(entry, (channel) => this.cell(channel, entry.shape.stream.queue), entries);
    this.touch(entry);
  }

  touch(entry: ActiveStream): void {
    for (const channel of entry.shape.channels) this.touchChannel(channel);
  }

  touchChannel(channel: number): void {
    if (this.dirty[channel] === 1) return;
    this.dirty[channel] = 1;
    this.dirtyChannels.push(channel);
  }

  /** Reads the settings of a switch again. */
  configure(device: number): void {
    const settings = this.routing.settingsOf(device);
    for (const [name, channel] of this.network.egress[device] ?? []) {
      this.network.spec.queues.forEach((queue, q) => {
        this.settings[this.cell(channel, q)] = settings.queues.get(name)?.get(queue.name);
      });
      this.touchChannel(channel);
    }
  }

  setting(cell: number): QueueSetting {
    return this.settings[cell] ?? DEFAULT_QUEUE;
  }

  scheduling(channel: number, queue: number): QueueScheduling {
    const own = this.settings[this.cell(channel, queue)]?.scheduling;
    return own ?? this.network.spec.queues[queue] ?? { strict: false, weight: 1 };
  }

  /** Shared buffer of a switch that no queue holds now. */
  freeBytes(device: number): number {
    let heldBytes = 0;
    for (const channel of this.network.egress[device]?.values() ?? []) {
      for (let q = 0; q < this.width; q++) {
        const cell = this.cell(channel, q);
        const depthBytes = this.states[cell]?.depthBytes ?? 0;
        if (depthBytes > 0)
          heldBytes += Math.max(0, depthBytes - this.setting(cell).dedicatedBytes);
      }
    }
    const sharedBytes = this.network.spec.switches[device]?.sharedBufferBytes ?? 0;
    return Math.max(0, sharedBytes - heldBytes);
  }

  evaluate(entries: Entries, tell: Told): void {
    const changed = this.dirtyChannels;
    this.dirtyChannels = [];
    for (const channel of changed) {
      for (let q = 0; q < this.width; q++) this.sum(this.cell(channel, q), entries);
    }
    const heldAtHost = new Map<number, boolean>();
    const devices = new Set<number>();
    for (const channel of changed) {
      const { device } = this.network.channel(channel);
      this.dirty[channel] = 0;
      if (device >= 0) {
        devices.add(device);
        this.arrive(channel, entries, heldAtHost);
      } else for (let q = 0; q < this.width; q++) tell(this.cell(channel, q), undefined);
    }
    for (const device of devices) this.evaluateDevice(device, tell);
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
  private arrive(channel: number, entries: Entries, heldAtHost: Map<number, boolean>): void {
    for (let queue = 0; queue < this.width; queue++) {
      const cell = this.cell(channel, queue);
      const slots = this.members.in(cell);
      if (slots.length === 0) {
        this.arrivals[cell] = undefined;
        this.states[cell] = undefined;
        continue;
      }
      const positions = this.members.positionsIn(cell);
      const streams = slots.map((slot, i): Arriving => {
        const entry = entries[slot] as ActiveStream;
        let held = heldAtHost.get(slot);
        if (held === undefined) heldAtHost.set(slot, (held = this.isHeldAtHost(entry)));
        return { entry, position: positions[i] as number, heldAtHost: held };
      });
      const input = {
        channel,
        queue,
        serviceBps: this.serviceOf(channel, queue),
        carriedBps: this.carriedBps[cell] as number,
        highestBps: this.highestBps[cell] as number,
      };
      this.arrivals[cell] = arrivalsAt(this.network, input, streams);
    }
  }

  private serviceOf(channel: number, queue: number): number {
    return serviceBps(
      trueCapacityBps(this.network.channel(channel)),
      queue,
      this.width,
      (q) => this.scheduling(channel, q),
      (q) => this.carriedBps[this.cell(channel, q)] as number,
    );
  }

  /** Whether the port of one of its hosts is what holds the stream: then no switch queues it. */
  private isHeldAtHost(entry: ActiveStream): boolean {
    const { nics, channels, stream } = entry.shape;
    for (const position of nics) {
      const channel = channels[position] as number;
      if (entry.bottleneck === channel) return true;
      const cell = this.cell(channel, stream.queue);
      const full =
        (this.carriedBps[cell] as number) >= this.serviceOf(channel, stream.queue) * 0.999999;
      if (full && entry.rateBps >= (this.highestBps[cell] as number) * (1 - 1e-9)) return true;
    }
    return false;
  }

  private evaluateDevice(device: number, tell: Told): void {
    const cells: number[] = [];
    const arrivals: QueueArrivals[] = [];
    const settings: QueueSetting[] = [];
    for (const channel of this.network.egress[device]?.values() ?? []) {
      for (let q = 0; q < this.width; q++) {
        const cell = this.cell(channel, q);
        const arriving = this.arrivals[cell];
        if (arriving === undefined) {
          tell(cell, undefined);
          continue;
        }
        cells.push(cell);
        arrivals.push(arriving);
        settings.push(this.setting(cell));
      }
    }
    this.evaluations += 1;
    const sharedBytes = this.network.spec.switches[device]?.sharedBufferBytes ?? 0;
    const states = evaluateSwitch(sharedBytes, arrivals, settings);
    cells.forEach((cell, i) => {
      this.states[cell] = states[i];
      tell(cell, states[i]);
    });
  }
}
