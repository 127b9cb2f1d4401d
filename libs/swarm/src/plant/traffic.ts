import type { ConfigImage, DeviceId, WorkloadSample } from '@weir/core/model';
import { deviceId } from '@weir/core/model';
import { CAPACITY_BPS, HOST, LEAVES, prefixOf, QUEUE, type Fabric } from './fabric';

/** Traffic of one workload, from a leaf to another. */
export interface Flow {
  readonly workload: string;
  readonly from: string;
  readonly to: string;
  readonly bps: number;
}

/** What is wrong with one channel, beside what the workloads send over it. */
export interface Trouble {
  /** Delay that nothing in the telemetry explains, ms. */
  readonly hiddenMs: number;
  /** Share that is lost after the sender has counted it. */
  readonly grayRatio: number;
  /** Bytes that bursts want to queue; what is over the limit in force is lost and comes late. */
  readonly burstBytes: number;
}

/** Traffic of others over one path, as utilisation of a link. */
export interface Background {
  readonly from: string;
  readonly via: string;
  readonly to: string;
  readonly ratio: number;
}

const NO_TROUBLE: Trouble = { hiddenMs: 0, grayRatio: 0, burstBytes: 0 };

const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 400, 800];
const BASE_MS = 8;
/** Load above which requests wait, and how long at full load, ms. */
const BUSY_RATIO = 0.8;
const BUSY_MS = 1_000;
const LATE_MS = 300;
const REQUESTS = 200;
const PACKET_BYTES = 1_000;
const SHARED_BUFFER_BYTES = 16e6;
/** One image decides about one set of figures: images are never changed in place. */
type Hops = ReadonlyMap<string, readonly { readonly interface: string; readonly weight: number }[]>;

/** One way of a flow to its destination, and the share of it that goes there. */
interface Way {
  readonly via: string;
  readonly share: number;
  readonly channels: readonly string[];
}

/** State of one channel (`device:interface`, the sending side). */
export interface ChannelState {
  readonly txBps: number;
  readonly rxBps: number;
  readonly loadRatio: number;
  readonly depthBytes: number;
  readonly lossRatio: number;
}

/**
 * Loads and latencies in closed form: each workload is split over the paths by the weights that the
 * switches truly hold, so that a change helps, does nothing or harms, as the troubles say.
 */
export class Traffic {
  private readonly troubles = new Map<string, Trouble>();
  private readonly background = new Map<string, Background>();
  private readonly hops = new WeakMap<ConfigImage, Hops>();
  private readonly queues = new WeakMap<ConfigImage, Map<string, number>>();
  /** Figures that hold until a configuration or a trouble changes. */
  private channels: ReadonlyMap<string, ChannelState> | null = null;
  private ways: ReadonlyMap<Flow, readonly Way[]> | null = null;
  private rates: ReadonlyMap<string, number> | null = null;

  constructor(
    private readonly fabric: Fabric,
    readonly flows: readonly Flow[],
    private readonly images: ReadonlyMap<DeviceId, ConfigImage>,
  ) {}

  trouble(channel: string): Trouble {
    return this.troubles.get(channel) ?? NO_TROUBLE;
  }

  /** To be called after counters were brought up to now. */
  setTrouble(channel: string, part: Partial<Trouble>): void {
    this.troubles.set(channel, { ...this.trouble(channel), ...part });
    this.channels = null;
  }

  setBackground(name: string, background: Background | null): void {
    if (background === null) this.background.delete(name);
    else this.background.set(name, background);
    this.channels = null;
  }

  calm(): void {
    this.troubles.clear();
    this.background.clear();
    this.channels = null;
  }

  /** A configuration has changed. */
  reroute(): void {
    this.channels = null;
    this.ways = null;
    this.rates = null;
  }

  state(): ReadonlyMap<string, ChannelState> {
    this.channels ??= this.compute();
    return this.channels;
  }

  /** Requests of one second, spread over the paths of each workload. */
  samples(): readonly Omit<WorkloadSample, 'ageMs'>[] {
    return this.flows.map((flow) => {
      const counts = BOUNDS_MS.map(() => 0).concat(0);
      const paths = this.paths(flow);
      let sent = 0;
      for (const { share, channels } of paths) {
        const latencyMs = channels.reduce((sum, key) => sum + this.delayMs(key), BASE_MS);
        const bucket = BOUNDS_MS.findIndex((bound) => latencyMs <= bound);
        const index = bucket === -1 ? BOUNDS_MS.length : bucket;
        const count = Math.round(REQUESTS * share);
        counts[index] = (counts[index] ?? 0) + count;
        sent += count;
      }
      const errors = Math.max(0, REQUESTS - sent);
      const { workload } = flow;
      const metric = 'request-latency' as const;
      return {
        workload,
        class: 'real-time-inference',
        metric,
        boundsMs: BOUNDS_MS,
        counts,
        errors,
      };
    });
  }

  /** Bits per second that devices forward, by `device|prefix`. */
  forwarded(): ReadonlyMap<string, number> {
    this.rates ??= this.forwardedRates();
    return this.rates;
  }

  private forwardedRates(): ReadonlyMap<string, number> {
    const rates = new Map<string, number>();
    const add = (device: string, flow: Flow, share: number): void => {
      const key = `${device}|${prefixOf(flow.to)}`;
      rates.set(key, (rates.get(key) ?? 0) + share * flow.bps);
    };
    for (const flow of this.flows) {
      add(flow.from, flow, 1);
      for (const { share, via } of this.paths(flow)) {
        add(via, flow, share);
        add(flow.to, flow, share);
      }
    }
    return rates;
  }

  private compute(): ReadonlyMap<string, ChannelState> {
    const bps = new Map<string, number>();
    for (const flow of this.flows)
      for (const { share, channels } of this.paths(flow))
        for (const key of channels) bps.set(key, (bps.get(key) ?? 0) + share * flow.bps);
    for (const { from, via, to, ratio } of this.background.values())
      for (const key of [`${from}:${via}`, `${via}:${to}`, `${to}:${HOST}`])
        bps.set(key, (bps.get(key) ?? 0) + ratio * CAPACITY_BPS);
    const states = new Map<string, ChannelState>();
    for (const device of this.fabric.topology.devices.values())
      for (const { name, capacityBps } of device.interfaces.values()) {
        const key = `${device.id}:${name}`;
        const txBps = Math.min(capacityBps, bps.get(key) ?? 0);
        states.set(key, this.channelState(device.id, name, txBps, txBps / capacityBps));
      }
    return states;
  }

  private channelState(
    device: DeviceId,
    name: string,
    txBps: number,
    loadRatio: number,
  ): ChannelState {
    const { grayRatio, burstBytes } = this.trouble(`${device}:${name}`);
    const limit = this.limitBytes(device, name);
    const over = burstBytes === 0 ? 0 : Math.max(0, 1 - limit / burstBytes);
    const depthBytes = Math.min(burstBytes, limit * 0.95);
    const rxBps = txBps * (1 - grayRatio);
    return { txBps, rxBps, loadRatio, depthBytes, lossRatio: over * 0.01 };
  }

  private delayMs(key: string): number {
    const { hiddenMs, grayRatio, burstBytes } = this.trouble(key);
    const state = this.state().get(key);
    const load = state?.loadRatio ?? 0;
    const busy = load > BUSY_RATIO ? (load - BUSY_RATIO) * BUSY_MS : 0;
    const overflow = burstBytes > 0 && (state?.lossRatio ?? 0) > 0 ? LATE_MS : 0;
    return busy + hiddenMs + overflow + (grayRatio > 0 ? LATE_MS : 0);
  }

  private paths(flow: Flow): readonly Way[] {
    this.ways ??= new Map(this.flows.map((one) => [one, this.waysOf(one)]));
    return this.ways.get(flow) ?? [];
  }

  private waysOf(flow: Flow): readonly Way[] {
    const prefix = prefixOf(flow.to);
    return this.split(flow.from, prefix).flatMap(({ to: via, share }) =>
      this.split(via, prefix)
        .filter((down) => down.to === flow.to)
        .map((down) => ({
          via,
          share: share * down.share,
          channels: [`${flow.from}:${via}`, `${via}:${flow.to}`, `${flow.to}:${HOST}`],
        })),
    );
  }

  /** Interfaces are named after the neighbour. */
  private split(device: string, prefix: string): readonly { to: string; share: number }[] {
    const image = this.images.get(deviceId(device));
    const hops = image === undefined ? [] : (this.hopsOf(image).get(prefix) ?? []);
    const total = hops.reduce((sum, hop) => sum + hop.weight, 0);
    if (total <= 0) return [];
    return hops
      .filter((hop) => hop.weight > 0)
      .map((hop) => ({ to: hop.interface, share: hop.weight / total }));
  }

  private hopsOf(image: ConfigImage): Hops {
    const found = this.hops.get(image);
    if (found !== undefined) return found;
    const routes = this.fabric.profile.routes(image);
    const made = new Map(routes.map((route) => [route.prefix, route.nextHops]));
    this.hops.set(image, made);
    return made;
  }

  /** Free buffer x 2^factor, as the queue's dynamic threshold says. */
  private limitBytes(device: DeviceId, name: string): number {
    const image = this.images.get(device);
    if (image === undefined) return 0;
    const known = this.queues.get(image) ?? new Map<string, number>();
    this.queues.set(image, known);
    const found = known.get(name);
    if (found !== undefined) return found;
    const queue = this.fabric.profile.queue(image, name, QUEUE);
    const limit = (SHARED_BUFFER_BYTES / 2) * 2 ** ((queue?.scalingFactor ?? 0) - 1);
    known.set(name, limit);
    return limit;
  }
}

/** Counters of one port since its switch booted. */
export interface PortCounters {
  /** The other end; null for a host port. */
  peer: PortCounters | null;
  inOctets: number;
  outOctets: number;
  outPkts: number;
  discards: number;
}

/** What the switches have counted; brought up to now before anything changes or is read. */
export class Counters {
  readonly ports = new Map<string, PortCounters>();
  /** By `device|prefix`. */
  readonly prefixes = new Map<string, number>();
  private countedMs = 0;

  constructor(
    private readonly fabric: Fabric,
    private readonly traffic: Traffic,
  ) {
    const zero = { peer: null, inOctets: 0, outOctets: 0, outPkts: 0, discards: 0 };
    for (const device of fabric.topology.devices.values())
      for (const name of device.interfaces.keys())
        this.ports.set(`${device.id}:${name}`, { ...zero });
    for (const [key, port] of this.ports) port.peer = this.ports.get(peerOf(key)) ?? null;
    for (const device of fabric.topology.devices.keys()) this.reset(device);
  }

  reset(device: DeviceId): void {
    for (const name of this.fabric.topology.devices.get(device)?.interfaces.keys() ?? []) {
      const port = this.ports.get(`${device}:${name}`);
      if (port !== undefined)
        Object.assign(port, { inOctets: 0, outOctets: 0, outPkts: 0, discards: 0 });
    }
    for (const leaf of LEAVES) this.prefixes.set(`${device}|${prefixOf(leaf)}`, 0);
  }

  countTo(nowMs: number): void {
    const seconds = (nowMs - this.countedMs) / 1000;
    if (seconds <= 0) return;
    this.countedMs = nowMs;
    for (const [key, state] of this.traffic.state()) {
      const port = this.ports.get(key);
      if (port === undefined) continue;
      const octets = (state.txBps / 8) * seconds;
      port.outOctets += octets;
      port.outPkts += octets / PACKET_BYTES;
      port.discards += (octets / PACKET_BYTES) * state.lossRatio;
      if (port.peer !== null) port.peer.inOctets += (state.rxBps / 8) * seconds;
    }
    this.countHosts(seconds);
    for (const [key, bps] of this.traffic.forwarded())
      this.prefixes.set(key, (this.prefixes.get(key) ?? 0) + (bps / 8) * seconds);
  }

  /** Hosts send what their leaf sends into the fabric, background included: in is out. */
  private countHosts(seconds: number): void {
    const state = this.traffic.state();
    for (const leaf of LEAVES) {
      const host = this.ports.get(`${leaf}:${HOST}`);
      if (host === undefined) continue;
      let fabricOut = 0;
      let fabricIn = 0;
      for (const spine of this.fabric.spines) {
        fabricOut += state.get(`${leaf}:${spine}`)?.txBps ?? 0;
        fabricIn += state.get(`${spine}:${leaf}`)?.rxBps ?? 0;
      }
      const hostOut = state.get(`${leaf}:${HOST}`)?.txBps ?? 0;
      host.inOctets += (Math.max(0, fabricOut + hostOut - fabricIn) / 8) * seconds;
    }
  }
}

/** Ports are named after the device at the other end. */
const peerOf = (key: string): string => key.split(':').reverse().join(':');
