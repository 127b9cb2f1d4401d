import { assert, ok, refuse, type Random, type Result } from '@weir/core/base';
import type { SwitchCounters } from '../counters';
import { createJob, queueOf } from '../jobs/create';
import type { JobSpec, JobTotals, Observation } from '../jobs/job';
import type { ChannelFault, Network } from '../network/network';
import type { SwitchSettings } from '../network/settings';
import type { FabricSpec } from '../network/spec';
import { Equilibrium } from './equilibrium';
import { sampleFlows, type FlowSample } from './flow-samples';
import { forkParts, newParts, type WorldParts } from './parts';
import { linkLoadsOf, pathsBetween, truthOf, type QueueTruth } from './truth';
import { WorldConditions } from './world-conditions';

/** Longest stretch without an event, so that peaks and ages are sampled. */
const LONGEST_STRETCH_MS = 1000;
/** Events at one instant; more are a job that does not get on. */
const MOST_AT_ONCE = 10_000;

/** What a run has cost so far; counts, not times. */
export interface WorldCost {
  readonly events: number;
  readonly solves: number;
  /** Switches whose queues were evaluated. */
  readonly evaluations: number;
  /** Streams in the network now. */
  readonly streams: number;
}

/**
 * A fabric with its workloads as a fluid that moves from event to event: between two of them all
 * rates are constant, and whatever happens is a job that changes its mind or somebody who changes
 * the world from outside. Deterministic for a seed; time moves only in `advanceTo`.
 */
export class World {
  private atMs = 0;
  private events = 0;
  private starts = 0;
  private readonly conditions: WorldConditions;
  private readonly equilibrium: Equilibrium;

  /** `parts` only where a world is forked. */
  constructor(
    readonly spec: FabricSpec,
    seed: number,
    private readonly parts: WorldParts = newParts(spec, seed),
  ) {
    this.equilibrium = new Equilibrium(parts);
    this.conditions = new WorldConditions(parts.network, parts.loads, {
      overflowed: (cell, lost, peak) => {
        parts.meter.overflow(cell, this.atMs, lost, peak);
      },
      wasted: (cell, bytes) => {
        parts.meter.send(cell, bytes);
      },
    });
  }

  get nowMs(): number {
    return this.atMs;
  }

  get network(): Network {
    return this.parts.network;
  }

  /** Lives until `targetMs`, event by event. */
  advanceTo(targetMs: number): void {
    assert(targetMs >= this.atMs, 'time does not go back');
    const { jobs, table, timeline } = this.parts;
    let stalled = 0;
    while (this.atMs < targetMs) {
      this.settle();
      const nextMs = Math.max(this.atMs, jobs.nextEventMs(table, this.atMs));
      const untilMs = Math.min(targetMs, this.atMs + LONGEST_STRETCH_MS, nextMs);
      stalled = untilMs > this.atMs ? 0 : stalled + 1;
      assert(stalled < MOST_AT_ONCE, 'some job gets on');
      const fromMs = this.atMs;
      this.atMs = untilMs;
      jobs.live(table, this.conditions, fromMs, untilMs);
      timeline.add(untilMs);
      this.events += 1;
    }
    this.settle();
    table.sweep(this.atMs);
  }

  configure(device: string, settings: SwitchSettings): void {
    this.parts.configure(this.network.device(device), settings);
  }

  settings(device: string): SwitchSettings {
    return this.parts.routing.settingsOf(this.network.device(device));
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
    this.parts.setFaults(channels, fault, this.atMs);
    return ok(undefined);
  }

  /** A switch that lost power takes all its links with it; its counters start at zero after. */
  setSwitchUp(device: string, up: boolean): void {
    const index = this.network.device(device);
    const own = this.network.channels.filter(
      (channel) => channel.device === index || channel.peer === index,
    );
    this.parts.setFaults(own, { up }, this.atMs);
    if (up) {
      this.flush();
      this.parts.meter.reset(index, this.atMs);
      this.parts.prefixes.reset(index);
    }
  }

  startJob(spec: JobSpec): Result<void> {
    const { jobs, network, routing, random } = this.parts;
    const where = `workloads.${spec.name}`;
    if (jobs.has(spec.name)) return refuse('already-exists', where, 'a workload of this name runs');
    const queue = queueOf(spec, this.spec.queues);
    if (!queue.ok) return queue;
    this.starts += 1;
    const own = random.fork(`${spec.name}#${this.starts}`);
    const context = { network, routing, random: own, queue: queue.value };
    const made = createJob(spec, context);
    if (!made.ok) return made;
    jobs.start(made.value, context);
    return ok(undefined);
  }

  stopJob(name: string): boolean {
    return this.parts.jobs.stop(name, this.parts.table, this.atMs);
  }

  scaleJob(name: string, scale: number): boolean {
    const job = this.parts.jobs.get(name);
    if (job === undefined) return false;
    job.scale = scale;
    return true;
  }

  jobs(): { readonly spec: JobSpec; readonly scale: number }[] {
    return this.parts.jobs.list().map(({ spec, scale }) => ({ spec, scale }));
  }

  /** What the jobs measured since the last call. */
  takeObservations(): Observation[] {
    return this.parts.jobs.take();
  }

  totals(): Map<string, JobTotals> {
    return this.parts.jobs.totals();
  }

  counters(device: string): SwitchCounters {
    const index = this.network.device(device);
    this.flush();
    return {
      interfaces: this.parts.meter.read(index, this.atMs),
      prefixes: this.parts.prefixes.of(index),
    };
  }

  portUp(device: string, name: string): boolean {
    const channel = this.network.egress[this.network.device(device)]?.get(name);
    return channel !== undefined && this.network.channel(channel).fault.up;
  }

  /** Egress ports that traffic between the endpoints crosses, both ways. */
  pathsBetween(sources: readonly string[], destinations: readonly string[]): string[] {
    return pathsBetween(this.network, this.parts.routing, sources, destinations);
  }

  /** The truth about every queue in use, as of the last instant that time moved to. */
  truth(): QueueTruth[] {
    return truthOf(this.network, this.parts.loads);
  }

  /** Utilisation of every egress port, by `leaf1:eth1`; 0 where nothing flows. */
  linkLoads(): Map<string, number> {
    return linkLoadsOf(this.network, this.parts.loads);
  }

  /** Packet samples since the last call, one in `rate`, as sFlow agents on all switches send. */
  flowSamples(rate: number, random: Random): FlowSample[] {
    this.flush();
    return sampleFlows(this.network, this.parts.table.entries, rate, random);
  }

  /** A copy that goes on by itself and, with the same inputs, identically. */
  fork(): World {
    const copy = new World(this.spec, 0, forkParts(this.parts));
    copy.atMs = this.atMs;
    copy.events = this.events;
    copy.equilibrium.solves = this.equilibrium.solves;
    copy.starts = this.starts;
    return copy;
  }

  /** Hash of the timeline so far. */
  digest(): string {
    return this.parts.timeline.digest();
  }

  cost(): WorldCost {
    const { loads, table } = this.parts;
    const { solves } = this.equilibrium;
    return { events: this.events, solves, evaluations: loads.evaluations, streams: table.active };
  }

  /** Rates and queues in line with what the jobs send and how the network is now. */
  private settle(): void {
    this.parts.jobs.collect(this.parts.table, this.conditions, this.atMs);
    this.equilibrium.find(this.atMs);
  }

  private flush(): void {
    this.parts.table.flush(this.atMs);
  }
}
