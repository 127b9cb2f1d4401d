import type { Random } from '@weir/core/base';
import { deviceId, type DeviceId, type Metric } from '@weir/core/model';
import type { TelemetrySink } from '@weir/core/ports';
import type { VirtualTime } from '@weir/sim';
import { LEAVES, prefixOf, QUEUE, type Fabric } from './fabric';
import type { Counters, Traffic } from './traffic';

const TWO_32 = 4294967296;

/** What is wrong with what a switch tells; the same for all who listen. */
export interface StreamFaults {
  /** The stream is there, and nothing comes. */
  silent: boolean;
  /** Each sample is sent so many times more. */
  repeats: number;
  /** Samples of a reading come in another order, and some of the reading before come again. */
  shuffled: boolean;
  /** Device clock minus true time, ms. */
  clockMs: number;
  /** Reported rates over true ones, egress only: the other end tells the truth. */
  lieRatio: number;
  /** Counters are reported modulo this. */
  wrapAt: number;
  /** Ports whose leaves were deleted. */
  readonly deleted: Set<string>;
  /** Nothing but half of the leaves, and no sync, after a connect. */
  halfSync: boolean;
}

interface PortSlots {
  /** `device:interface` */
  readonly key: string;
  readonly slots: Readonly<Record<PortMetric, number>>;
}

const PORT_METRICS = [
  'oper-status',
  'in-octets',
  'out-octets',
  'out-pkts',
  'out-discards',
  'in-errors',
  'out-errors',
  'queue-transmit-octets',
  'queue-transmit-pkts',
  'queue-dropped-pkts',
  'queue-ecn-marked-pkts',
  'queue-avg-len',
  'queue-max-len',
] as const;
type PortMetric = (typeof PORT_METRICS)[number] & Metric;

interface Sample {
  readonly slot: number;
  readonly value: number;
  readonly atMs: number;
}

/** One switch as a source of telemetry: reads its counters and writes them as gNMI clients do. */
export class Exporter {
  readonly faults: StreamFaults = {
    silent: false,
    repeats: 0,
    shuffled: false,
    clockMs: 0,
    lieRatio: 1,
    wrapAt: Infinity,
    deleted: new Set(),
    halfSync: false,
  };
  bootMs = 0;
  /** Octets by which what was reported differs from what was counted: totals stay bent after a lie. */
  private readonly bent = new Map<string, { value: number; reported: number }>();
  private last: readonly Sample[] = [];
  private lied = false;

  constructor(
    readonly device: DeviceId,
    private readonly counters: Counters,
    private readonly traffic: Traffic,
    private readonly time: VirtualTime,
    private readonly random: Random,
  ) {}

  /** Samples of now, in the order in which they are sent. */
  read(slots: DeviceSlots): readonly Sample[] {
    const atMs = this.time.wallMs() + this.faults.clockMs;
    const samples: Sample[] = [];
    const add = (slot: number, value: number): void => {
      if (slot >= 0) samples.push({ slot, value: Math.floor(value) % this.faults.wrapAt, atMs });
    };
    const state = this.traffic.state();
    for (const { key, slots: of } of slots.ports) {
      const port = this.counters.ports.get(key);
      if (port === undefined || this.faults.deleted.has(key)) continue;
      const dropped = port.discards;
      add(of['oper-status'], 1);
      add(of['in-octets'], port.inOctets);
      add(of['out-octets'], this.told(key, port.outOctets));
      add(of['out-pkts'], port.outPkts);
      add(of['out-discards'], dropped);
      add(of['in-errors'], 0);
      add(of['out-errors'], 0);
      add(of['queue-transmit-octets'], port.outOctets);
      add(of['queue-transmit-pkts'], port.outPkts);
      add(of['queue-dropped-pkts'], dropped);
      add(of['queue-ecn-marked-pkts'], 0);
      const depth = state.get(key)?.depthBytes ?? 0;
      add(of['queue-avg-len'], depth);
      add(of['queue-max-len'], depth);
    }
    for (const [key, slot] of slots.prefixes) add(slot, this.counters.prefixes.get(key) ?? 0);
    return this.garbled(samples);
  }

  /** The switch booted: counters began again, and what was reported wrongly is forgotten. */
  reboot(): void {
    this.bootMs = this.time.wallMs();
    this.bent.clear();
    this.last = [];
  }

  private told(key: string, value: number): number {
    if (this.faults.lieRatio !== 1) this.lied = true;
    if (!this.lied) return value;
    const bent = this.bent.get(key) ?? { value, reported: value };
    bent.reported += Math.max(0, value - bent.value) * this.faults.lieRatio;
    bent.value = value;
    this.bent.set(key, bent);
    return bent.reported;
  }

  private garbled(samples: readonly Sample[]): readonly Sample[] {
    const { repeats, shuffled } = this.faults;
    const before = this.last;
    this.last = samples;
    if (repeats === 0 && !shuffled) return samples;
    const out = samples.flatMap((sample) => Array.from({ length: repeats + 1 }, () => sample));
    if (!shuffled) return out;
    out.push(...before.filter(() => this.random.next() < 0.3));
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1);
      [out[i], out[j]] = [out[j] as Sample, out[i] as Sample];
    }
    return out;
  }
}

export interface DeviceSlots {
  readonly ports: readonly PortSlots[];
  /** `device|prefix` and its slot. */
  readonly prefixes: readonly (readonly [string, number])[];
}

/** Slots depend on the layout alone. */
const slotsKnown = new WeakMap<Fabric, ReadonlyMap<DeviceId, DeviceSlots>>();

export function slotsOf(fabric: Fabric, sink: TelemetrySink): ReadonlyMap<DeviceId, DeviceSlots> {
  const found = slotsKnown.get(fabric);
  if (found !== undefined) return found;
  const all = new Map<DeviceId, DeviceSlots>();
  for (const device of fabric.topology.devices.values()) {
    const ports = [...device.interfaces.keys()].map((name): PortSlots => {
      const slotFor = (metric: Metric) =>
        sink.resolve({ device: device.id, metric, interface: name, queue: QUEUE, prefix: '' });
      const slots = Object.fromEntries(PORT_METRICS.map((metric) => [metric, slotFor(metric)]));
      return { key: `${device.id}:${name}`, slots: slots as Record<PortMetric, number> };
    });
    const prefixes = LEAVES.map(prefixOf).map((prefix) => {
      const key = { device: device.id, interface: '', queue: '', prefix };
      return [`${device.id}|${prefix}`, sink.resolve({ ...key, metric: 'prefix-octets' })] as const;
    });
    all.set(device.id, { ports, prefixes });
  }
  slotsKnown.set(fabric, all);
  return all;
}

/** The subscription of one process to one switch. */
export class Subscription {
  private state: 'down' | 'half' | 'synced' = 'down';
  private bootTold = 0;

  constructor(
    private readonly exporter: Exporter,
    private readonly sink: TelemetrySink,
    private readonly slots: DeviceSlots,
  ) {}

  /** `reachable`: telemetry has the same way as management. */
  poll(reachable: boolean): void {
    if (!reachable) {
      if (this.state !== 'down') this.sink.session(this.exporter.device, 'down', 'no answer');
      this.state = 'down';
      return;
    }
    const { faults } = this.exporter;
    if (this.state === 'down') this.connect();
    if (this.state === 'half' && !faults.halfSync) {
      this.sink.session(this.exporter.device, 'synced', '');
      this.state = 'synced';
    }
    if (this.bootTold !== this.exporter.bootMs) {
      this.bootTold = this.exporter.bootMs;
      this.sink.rebooted(this.exporter.device, BigInt(Math.round(this.bootTold)) * 1_000_000n);
    }
    if (faults.silent) return;
    const samples = this.exporter.read(this.slots);
    const count = this.state === 'half' ? samples.length / 2 : samples.length;
    for (let i = 0; i < count; i++) {
      const sample = samples[i];
      if (sample !== undefined) write(this.sink, sample);
    }
  }

  /** The target deleted the leaves of a port. */
  delete(key: string): void {
    const port = this.slots.ports.find((one) => one.key === key);
    for (const slot of Object.values(port?.slots ?? {})) this.sink.invalidate(slot);
  }

  private connect(): void {
    this.sink.session(this.exporter.device, 'connecting', '');
    this.state = 'half';
  }
}

function write(sink: TelemetrySink, { slot, value, atMs }: Sample): void {
  const high = Math.floor(value / TWO_32);
  sink.write(slot, high, value - high * TWO_32, atMs);
}

export const exportersOf = (
  fabric: Fabric,
  counters: Counters,
  traffic: Traffic,
  time: VirtualTime,
  random: Random,
): ReadonlyMap<DeviceId, Exporter> =>
  new Map(
    [...fabric.topology.devices.keys()].map((device) => [
      deviceId(device),
      new Exporter(device, counters, traffic, time, random.fork(device)),
    ]),
  );
