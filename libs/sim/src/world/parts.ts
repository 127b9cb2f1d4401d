import { seededRandom, type Random } from '@weir/core/base';
import { DEFAULT_QUEUE_SETTINGS } from '../topology/queues';
import { Network, trueCapacityBps, type Channel, type ChannelFault } from '../network/network';
import { Routing } from '../network/routing';
import { defaultSettings, type SwitchSettings } from '../network/settings';
import type { FabricSpec } from '../network/spec';
import { upstreamOrder } from '../network/upstream-order';
import { Sharing } from '../sharing/sharing';
import { BackPressure } from './back-pressure';
import { Meter } from './meter';
import { PrefixCounters } from './prefix-counters';
import { QueueLoads } from './queue-loads';
import { RunningJobs } from './running-jobs';
import { StreamTable } from './stream-table';
import { Timeline } from './timeline';
import { WireLoad } from './wire-load';

/** What a world consists of; everything that has a state of its own. */
export class WorldParts {
  readonly table: StreamTable;
  readonly pressure: BackPressure;
  readonly wire: WireLoad;

  constructor(
    readonly network: Network,
    readonly routing: Routing,
    readonly sharing: Sharing,
    readonly loads: QueueLoads,
    readonly prefixes: PrefixCounters,
    readonly meter: Meter,
    readonly jobs: RunningJobs,
    readonly timeline: Timeline,
    readonly random: Random,
    from?: WorldParts,
  ) {
    this.table =
      from?.table.fork(network, sharing, loads, prefixes) ??
      new StreamTable(network, sharing, loads, prefixes);
    this.pressure =
      from?.pressure.fork(sharing, loads, this.table) ??
      new BackPressure(sharing, loads, this.table);
    this.wire = from?.wire.fork(network, loads) ?? new WireLoad(network, loads);
  }

  configure(device: number, settings: SwitchSettings): void {
    const { loads, network, routing, sharing } = this;
    routing.configure(device, settings);
    for (const [name, channel] of network.egress[device] ?? []) {
      network.spec.queues.forEach((queue, q) => {
        const before = loads.settings.of(loads.cell(channel, q)).scheduling;
        const after = settings.queues.get(name)?.get(queue.name)?.scheduling;
        if (before?.strict === after?.strict && before?.weight === after?.weight) return;
        sharing.setScheduling(channel, q, after ?? null);
      });
    }
    loads.configure(device);
  }

  setFaults(channels: readonly Channel[], fault: Partial<ChannelFault>, nowMs: number): void {
    for (const channel of channels) {
      this.meter.flushChannel(channel.index, nowMs);
      Object.assign(channel.fault, fault);
      this.sharing.setCapacity(channel.index, trueCapacityBps(channel));
      this.loads.recount(channel.index);
    }
    this.routing.changed(channels.map(({ index }) => index));
  }
}

/** A fabric out of the box: shortest paths, default queues, no jobs. */
export function newParts(spec: FabricSpec, seed: number): WorldParts {
  const network = new Network(spec);
  const routing = new Routing(network, seed);
  const parts = new WorldParts(
    network,
    routing,
    new Sharing(
      Float64Array.from(network.channels, trueCapacityBps),
      spec.queues,
      upstreamOrder(network),
    ),
    new QueueLoads(network, routing),
    new PrefixCounters(spec.switches.length),
    new Meter(network),
    new RunningJobs(),
    new Timeline(),
    seededRandom(seed),
  );
  spec.switches.forEach(({ name }, device) => {
    parts.configure(device, defaultSettings(spec, name, DEFAULT_QUEUE_SETTINGS));
  });
  return parts;
}

export function forkParts(parts: WorldParts): WorldParts {
  const network = parts.network.fork();
  const routing = parts.routing.fork(network);
  return new WorldParts(
    network,
    routing,
    parts.sharing.fork(),
    parts.loads.fork(network, routing),
    parts.prefixes.fork(),
    parts.meter.fork(network),
    parts.jobs.fork(network, routing),
    parts.timeline.fork(),
    parts.random.copy(),
    parts,
  );
}
