import { assert, refuse, ok, seededRandom, type Random, type Result } from '@weir/core/base';
import type { SwitchCounters } from './counters';
import { Meter } from './meter';
import { Network, trueCapacityBps, type ChannelFault } from './network/network';
import { Routing } from './network/routing';
import { defaultSettings, type SwitchSettings } from './network/settings';
import { DEFAULT_QUEUE_SETTINGS } from './topology/queues';
import type { FabricSpec } from './network/spec';
import { collectLoads } from './queueing/queue-load';
import { evaluateQueues, overTime, type QueueState } from './queueing/queue-state';
import { allocate } from './traffic/allocate';
import { Conditions } from './traffic/conditions';
import type { Offer } from './traffic/offer';
import { createWorkload } from './workloads/create';
import type { Observation, Workload, WorkloadSpec } from './workloads/workload';

/** The truth about one egress queue, which a controller can only estimate. */
interface QueueTruth {
  readonly device: string;
  readonly interface: string;
  readonly queue: string;
  readonly utilizationRatio: number;
  readonly depthBytes: number;
  readonly peakBytes: number;
  readonly limitBytes: number;
  readonly dropRatio: number;
  readonly markRatio: number;
}

/**
 * A leaf-spine fabric as a fluid: rates are shared max-min fair on the paths that the configured
 * weights give, queues and losses follow from buffers and marking as configured, and workloads
 * measure what that does to them. Deterministic for a seed; time moves only in `step`.
 */
export class FluidFabric {
  readonly network: Network;
  nowMs = 0;
  private readonly routing: Routing;
  private readonly meter: Meter;
  private readonly random: Random;
  private readonly workloads = new Map<string, Workload>();
  private states: ReadonlyMap<number, QueueState> = new Map();

  constructor(
    readonly spec: FabricSpec,
    seed: number,
  ) {
    this.network = new Network(spec);
    this.routing = new Routing(this.network, seed);
    this.meter = new Meter(this.network);
    this.random = seededRandom(seed);
    spec.switches.forEach((entry, device) => {
      this.routing.configure(device, defaultSettings(spec, entry.name, DEFAULT_QUEUE_SETTINGS));
    });
  }

  configure(device: string, settings: SwitchSettings): void {
    this.routing.configure(this.network.device(device), settings);
  }

  settings(device: string): SwitchSettings {
    return this.routing.settingsOf(this.network.device(device));
  }

  /**
   * A link by its id, or a host port `leaf1:eth5`: both directions, or only the one that leaves
   * port `from`. Only what is named changes.
   */
  setLinkFault(link: string, fault: Partial<ChannelFault>, from?: string): Result<void> {
    const channels = this.network
      .channelsOfLink(link)
      .filter((channel) => from === undefined || this.network.portOf(channel) === from);
    if (channels.length === 0) return refuse('not-found', link, 'no link has this id');
    for (const channel of channels) Object.assign(channel.fault, fault);
    this.routing.changed();
    return ok(undefined);
  }

  /** A switch that lost power takes all its links with it; its counters start at zero after. */
  setSwitchUp(device: string, up: boolean): void {
    const index = this.network.device(device);
    for (const channel of this.network.channels) {
      if (channel.device === index || channel.peer === index) channel.fault.up = up;
    }
    if (up) this.meter.reset(index);
    this.routing.changed();
  }

  startWorkload(spec: WorkloadSpec): Result<void> {
    if (this.workloads.has(spec.name)) {
      return refuse('already-exists', `workloads.${spec.name}`, 'a workload of this name runs');
    }
    const made = createWorkload(spec, this.network, this.routing, this.random);
    if (!made.ok) return made;
    this.workloads.set(spec.name, made.value);
    return ok(undefined);
  }

  stopWorkload(name: string): boolean {
    return this.workloads.delete(name);
  }

  scaleWorkload(name: string, scale: number): boolean {
    const workload = this.workloads.get(name);
    if (workload === undefined) return false;
    workload.scale = scale;
    return true;
  }

  workloadSpecs(): { readonly spec: WorkloadSpec; readonly scale: number }[] {
    return [...this.workloads.values()].map(({ spec, scale }) => ({ spec, scale }));
  }

  /** Moves the fabric on by one step; 50 to 100 ms suit the time constants of the model. */
  step(dtMs: number): void {
    assert(dtMs > 0, 'a step takes time');
    this.nowMs += dtMs;
    const before = new Conditions(this.network, this.states);
    const offers: Offer[] = [];
    const starts: number[] = [];
    const running = [...this.workloads.values()];
    for (const workload of running) {
      starts.push(offers.length);
      offers.push(...workload.offers(before));
    }
    const capacities = Float64Array.from(this.network.channels, trueCapacityBps);
    const outcome = allocate(capacities, offers, this.spec.queues);
    const loads = collectLoads(this.network, offers, outcome);
    this.states = evaluateQueues(this.network, this.routing, loads);
    const conditions = new Conditions(this.network, this.states);
    this.meter.count(dtMs, offers, outcome, conditions);
    this.meter.depths(dtMs, this.states);
    running.forEach((workload, w) => {
      const start = starts[w] ?? 0;
      const granted = {
        onBps: (index: number) => outcome.onBps[start + index] ?? 0,
        meanBps: (index: number) => outcome.meanBps[start + index] ?? 0,
      };
      workload.advance(dtMs, granted, conditions);
      if (workload.done) this.workloads.delete(workload.spec.name);
    });
  }

  counters(device: string): SwitchCounters {
    const counters = this.meter.switches[this.network.device(device)];
    assert(counters !== undefined, 'every switch is metered');
    return counters;
  }

  portUp(device: string, name: string): boolean {
    const channel = this.network.egress[this.network.device(device)]?.get(name);
    return channel !== undefined && this.network.channel(channel).fault.up;
  }

  /** What the workloads measured since the last call. */
  takeObservations(): Observation[] {
    return [...this.workloads.values()]
      .flatMap((workload) => workload.take())
      .filter((observation) => observation.histogram.count > 0 || observation.errors > 0);
  }

  /** Egress ports that traffic between the endpoints crosses, both ways. */
  pathsBetween(sources: readonly string[], destinations: readonly string[]): string[] {
    const ports = new Set<string>();
    for (const a of sources) {
      for (const b of destinations) {
        for (const path of [...this.routing.spread(a, b), ...this.routing.spread(b, a)]) {
          for (const c of path.channels) ports.add(this.network.portOf(this.network.channel(c)));
        }
      }
    }
    ports.delete('');
    return [...ports];
  }

  truth(): QueueTruth[] {
    return [...this.states.values()].map((state) => {
      const channel = this.network.channel(state.channel);
      return {
        device: this.spec.switches[channel.device]?.name ?? '',
        interface: channel.interface,
        queue: this.spec.queues[state.queue]?.name ?? '',
        utilizationRatio: state.carriedBps / channel.lineRateBps,
        depthBytes: overTime(state, (moment) => moment.depthBytes),
        peakBytes: Math.max(state.quiet.peakBytes, state.on.peakBytes),
        limitBytes: overTime(state, (moment) => moment.limitBytes),
        dropRatio: overTime(state, (moment) => moment.dropRatio),
        markRatio: overTime(state, (moment) => moment.markRatio),
      };
    });
  }
}
