import type { DeviceId, RouteWeights } from '../../model';
import type { RoutingModel } from '../../ports';
import { demandOf, loadsOf, prefixFlows, routingOf, splitChannel, topologyIndex } from '../network';
import type { Pass } from '../pass';

/** What one more device with its new routes (or one less) does to the network. */
export interface Step {
  /** Loop or hole that the step would make; null when there is none. */
  readonly problem: string | null;
  /** Change of utilisation by channel. */
  readonly shift: ReadonlyMap<string, number>;
  /** Devices behind this one, by prefix, on old ways and new ones. */
  readonly behind: ReadonlyMap<string, ReadonlySet<string>>;
}

type Applied = ReadonlySet<DeviceId>;

/**
 * The networks between the present one and the one that a change is to bring: some devices have
 * their new routes already, the others not yet. Each prefix depends only on the devices whose route
 * to it changes, so that what was found out for one network holds in many others.
 */
export class Between {
  private readonly base: RoutingModel;
  private readonly byDevice = new Map<DeviceId, RouteWeights[]>();
  private readonly byPrefix = new Map<string, RouteWeights[]>();
  private readonly models = new Map<string, RoutingModel>();
  private readonly flows = new Map<string, ReadonlyMap<string, number>>();
  private readonly sources = new Map<string, ReadonlyMap<DeviceId, number>>();

  constructor(
    private readonly pass: Pass,
    routes: readonly RouteWeights[],
  ) {
    this.base = routingOf(pass);
    for (const route of routes) {
      listIn(this.byDevice, route.device).push(route);
      listIn(this.byPrefix, route.prefix).push(route);
    }
  }

  /** What happens when the device moves to its new routes, or back if it has them already. */
  step(applied: Applied, device: DeviceId): Step {
    const after = new Set(applied);
    if (!after.delete(device)) after.add(device);
    const shift = new Map<string, number>();
    const behind = new Map<string, ReadonlySet<string>>();
    let problem: string | null = null;
    for (const { prefix } of this.byDevice.get(device) ?? []) {
      const old = this.modelFor(prefix, applied).spread(device, prefix);
      const next = this.modelFor(prefix, after).spread(device, prefix);
      if (next.problem !== null && this.base.spread(device, prefix).problem === null)
        problem ??= `${prefix} from ${device} would ${next.problem.kind === 'loop' ? 'loop' : 'end'} at ${next.problem.at}`;
      behind.set(prefix, devicesOf([...old.shares.keys(), ...next.shares.keys()]));
      this.add(shift, this.flowsFor(prefix, after), 1);
      this.add(shift, this.flowsFor(prefix, applied), -1);
    }
    return { problem, shift, behind };
  }

  /** Change of utilisation once all these devices have their new routes. */
  shiftOf(applied: Applied): ReadonlyMap<string, number> {
    const shift = new Map<string, number>();
    for (const prefix of this.byPrefix.keys()) {
      this.add(shift, this.flowsFor(prefix, applied), 1);
      this.add(shift, this.flowsFor(prefix, NONE), -1);
    }
    return shift;
  }

  /** Whether packets of one prefix can meet both devices, so that the order of the two matters. */
  meet(a: DeviceId, ofA: Step, b: DeviceId, ofB: Step): boolean {
    for (const [prefix, devices] of ofA.behind)
      if (ofB.behind.has(prefix))
        if (devices.has(b) || ofB.behind.get(prefix)?.has(a) === true) return true;
    return false;
  }

  /** Traffic of the prefixes that change on the device, as it is now, bps. */
  trafficAt(device: DeviceId): number {
    let bps = 0;
    for (const { prefix } of this.byDevice.get(device) ?? [])
      for (const [channel, part] of this.flowsFor(prefix, NONE))
        if (splitChannel(channel).device === device) bps += part;
    return bps;
  }

  private modelFor(prefix: string, applied: Applied): RoutingModel {
    const changed = (this.byPrefix.get(prefix) ?? []).filter((route) => applied.has(route.device));
    if (changed.length === 0) return this.base;
    const key = keyOf(prefix, changed);
    const model = this.models.get(key) ?? this.base.withRoutes(changed);
    this.models.set(key, model);
    return model;
  }

  private flowsFor(prefix: string, applied: Applied): ReadonlyMap<string, number> {
    const { frame } = this.pass.observed;
    if (frame === null) return new Map();
    const changed = (this.byPrefix.get(prefix) ?? []).filter((route) => applied.has(route.device));
    const key = keyOf(prefix, changed);
    let flows = this.flows.get(key);
    if (flows === undefined) {
      const model = this.modelFor(prefix, applied);
      const devices = new Set(changed.map((route) => route.device));
      flows = prefixFlows(frame, model, prefix, this.sourcesOf(prefix), devices);
      this.flows.set(key, flows);
    }
    return flows;
  }

  private sourcesOf(prefix: string): ReadonlyMap<DeviceId, number> {
    const known = this.sources.get(prefix);
    if (known !== undefined) return known;
    const sources = new Map<DeviceId, number>();
    const { frame } = this.pass.observed;
    this.sources.set(prefix, sources);
    if (frame === null) return sources;
    const { edges, owners } = topologyIndex(this.pass.env.topology);
    for (const from of edges) {
      const bps = owners.get(prefix) === from ? 0 : demandOf(this.pass, frame, { from, prefix });
      if (bps > 0) sources.set(from, bps);
    }
    return sources;
  }

  /** Adds flows to utilisations; channels that are not in the telemetry have no capacity known. */
  private add(shift: Map<string, number>, flows: ReadonlyMap<string, number>, sign: 1 | -1): void {
    const layout = this.pass.observed.frame?.layout;
    for (const [channel, bps] of flows) {
      const index = layout?.channelIndex.get(channel);
      const capacityBps = index === undefined ? undefined : layout?.channels[index]?.capacityBps;
      if (capacityBps === undefined) continue;
      shift.set(channel, (shift.get(channel) ?? 0) + (sign * bps) / capacityBps);
    }
  }

  /** Utilisation now; 0 where it is not known. */
  presentLoad(channel: string): number {
    const { frame } = this.pass.observed;
    return frame === null ? 0 : (loadsOf(frame).get(channel) ?? 0);
  }
}

const NONE: Applied = new Set();

const keyOf = (prefix: string, changed: readonly RouteWeights[]): string =>
  `${prefix}|${changed.map((route) => route.device).join(',')}`;

const devicesOf = (channels: readonly string[]): ReadonlySet<string> =>
  new Set(channels.map((channel) => splitChannel(channel).device));

function listIn<K, V>(map: Map<K, V[]>, key: K): V[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}
