import { deviceId, type DeviceId, type Metric } from '@weir/core/model';
import type { Clock } from '@weir/core/ports';
import type { ColumnStore } from '@weir/runtime';
import { interfacesOf, pauseFramesReceived, type FabricSpec, type SwitchCounters } from '@weir/sim';
import type { TelemetryFault } from '../build/timeline';

const TWO_32 = 4294967296;

/** Slots of one port in the store, in the order in which a reading lists its values. */
interface PortSlots {
  readonly name: string;
  readonly status: number;
  readonly counters: readonly number[];
  /** By queue. */
  readonly queues: readonly (readonly number[])[];
  readonly lengths: readonly (readonly number[])[];
}

const PORT_METRICS: readonly Metric[] = [
  'in-octets',
  'out-octets',
  'out-pkts',
  'out-discards',
  'in-errors',
  'out-errors',
  'in-pause-frames',
  'out-pause-frames',
];
const QUEUE_METRICS: readonly Metric[] = [
  'queue-transmit-octets',
  'queue-transmit-pkts',
  'queue-dropped-pkts',
  'queue-ecn-marked-pkts',
];
const LENGTH_METRICS: readonly Metric[] = ['queue-avg-len', 'queue-max-len'];

/** Where readings come from. */
export interface CounterSource {
  counters(device: string): SwitchCounters;
  portUp(device: string, name: string): boolean;
}

/**
 * One switch's subscription: writes a reading of its counters into the store as a gNMI client
 * would, or what a broken exporter makes of it.
 */
export class CounterFeed {
  private kind: TelemetryFault = 'none';
  /** Of counters, while the fault is `wrong`. */
  private factor = 1;
  /** Whether there ever was a fault: totals stay bent after it, so that no rate jumps. */
  private faulty = false;
  private readonly device: DeviceId;
  private readonly ports: readonly PortSlots[];
  private readonly prefixes = new Map<string, number>();
  /** True and reported value of each counter, so that a wrong factor bends rates, not totals. */
  private readonly last = new Map<number, { value: number; reported: number }>();

  constructor(
    private readonly name: string,
    spec: FabricSpec,
    private readonly store: ColumnStore,
    private readonly clock: Clock,
  ) {
    this.device = deviceId(name);
    this.ports = interfacesOf(spec, name).map((port) => this.portSlots(port, spec));
    for (const { prefix } of spec.endpoints)
      this.prefixes.set(prefix, this.slot('prefix-octets', '', '', prefix));
  }

  setFault(fault: TelemetryFault, factor: number): void {
    this.kind = fault;
    this.factor = factor;
    if (fault !== 'none') this.faulty = true;
  }

  /** The stream comes up, and the first reading with it. */
  connect(source: CounterSource): void {
    this.store.session(this.device, 'connecting', '');
    this.last.clear();
    this.read(source);
    this.store.session(this.device, 'synced', '');
  }

  disconnect(): void {
    this.store.session(this.device, 'down', 'connection lost');
  }

  /** One sample of everything, stamped with the switch's own time. */
  read(source: CounterSource): void {
    if (this.kind === 'silent') return;
    const timeMs = this.clock.wallMs();
    const { interfaces, prefixes } = source.counters(this.name);
    for (const { name, status, counters, queues, lengths } of this.ports) {
      this.store.write(status, 0, source.portUp(this.name, name) ? 1 : 0, timeMs);
      const port = interfaces.get(name);
      if (port === undefined) continue;
      const { inOctets, outOctets, outPkts, outDiscards, inErrors, pauseFramesSent } = port;
      const pauses = [pauseFramesReceived(port), pauseFramesSent];
      const values = [inOctets, outOctets, outPkts, outDiscards, inErrors, 0, ...pauses];
      values.forEach((value, i) => this.count(counters[i], value, timeMs));
      for (const [q, queue] of port.queues.entries()) {
        const { transmitOctets, transmitPkts, droppedPkts, ecnMarkedPkts } = queue;
        const counts = [transmitOctets, transmitPkts, droppedPkts, ecnMarkedPkts];
        counts.forEach((value, i) => this.count(queues[q]?.[i], value, timeMs));
        this.gauge(lengths[q]?.[0], queue.avgQueueLenBytes, timeMs);
        this.gauge(lengths[q]?.[1], queue.maxQueueLenBytes, timeMs);
      }
    }
    // A route has its counter from the day it is installed, whether or not anybody takes it: zero is
    // not unknown, and an average that begins with the first packet would be ahead of its port's.
    for (const [prefix, slot] of this.prefixes) this.count(slot, prefixes.get(prefix) ?? 0, timeMs);
  }

  private count(slot: number | undefined, value: number, timeMs: number): void {
    if (slot === undefined || slot < 0) return;
    this.write(slot, this.faulty ? this.bent(slot, value) : value, timeMs);
  }

  /** What the broken exporter says of a counter; its first value after the fault is true. */
  private bent(slot: number, value: number): number {
    const before = this.last.get(slot);
    if (before === undefined) {
      this.last.set(slot, { value, reported: value });
      return value;
    }
    const delta = value - before.value;
    before.value = value;
    // A counter that started again is reported as it is; its new total is the base.
    if (delta < 0) before.reported = value;
    else if (this.kind !== 'frozen')
      before.reported += delta * (this.kind === 'wrong' ? this.factor : 1);
    return before.reported;
  }

  private gauge(slot: number | undefined, value: number, timeMs: number): void {
    if (slot === undefined || slot < 0) return;
    if (this.kind === 'wrong') this.write(slot, value * this.factor, timeMs);
    else if (this.kind === 'frozen') this.write(slot, this.bent(slot, value), timeMs);
    else this.write(slot, value, timeMs);
  }

  private write(slot: number, value: number, timeMs: number): void {
    const whole = Math.floor(value);
    const high = Math.floor(whole / TWO_32);
    this.store.write(slot, high, whole - high * TWO_32, timeMs);
  }

  private portSlots(name: string, spec: FabricSpec): PortSlots {
    const slots = (metrics: readonly Metric[], queue: string): number[] =>
      metrics.map((metric) => this.slot(metric, name, queue, ''));
    return {
      name,
      status: this.slot('oper-status', name, '', ''),
      counters: slots(PORT_METRICS, ''),
      queues: spec.queues.map((queue) => slots(QUEUE_METRICS, queue.name)),
      lengths: spec.queues.map((queue) => slots(LENGTH_METRICS, queue.name)),
    };
  }

  private slot(metric: Metric, name: string, queue: string, prefix: string): number {
    return this.store.resolve({ device: this.device, metric, interface: name, queue, prefix });
  }
}
