import type { DeviceId, Objective, Topology } from '../../model';
import type { RoutingModel, Spread } from '../../ports';
import type { Pass } from '../pass';
import { routingOf, splitChannel } from './routing';
import { topologyIndex } from './topology-index';

/** One direction of an objective's traffic: from a device towards a prefix. */
export interface Leg {
  readonly from: DeviceId;
  readonly prefix: string;
}

interface ObjectiveLegs {
  readonly legs: readonly Leg[];
  /** Sources that send to each host port, by channel key: the fan-in of the objective. */
  readonly fanIn: ReadonlyMap<string, number>;
  readonly devices: ReadonlySet<DeviceId>;
}

/** By objective: the topology of an engine does not change while it runs. */
const legsByObjective = new WeakMap<Objective, { topology: Topology; legs: ObjectiveLegs }>();

function objectiveLegs(pass: Pass, objective: Objective): ObjectiveLegs {
  const { topology } = pass.env;
  const known = legsByObjective.get(objective);
  if (known?.topology === topology) return known.legs;
  const legs = findLegs(topology, objective);
  legsByObjective.set(objective, { topology, legs });
  return legs;
}

/** Grows with leaves x prefixes, not with sources x destinations. */
function findLegs(topology: Topology, objective: Objective): ObjectiveLegs {
  const { endpoints } = topology;
  const { owners } = topologyIndex(topology);
  const legs = new Map<DeviceId, Map<string, Leg>>();
  const fanIn = new Map<string, number>();
  const devices = new Set<DeviceId>();
  for (const flow of objective.flows) {
    const sources = new Set(flow.sources);
    const leaves = new Set<DeviceId>();
    for (const id of sources) {
      const from = endpoints.get(id)?.attachedTo.device;
      if (from !== undefined) leaves.add(from);
    }
    const prefixes = new Set<string>();
    for (const id of flow.destinations) {
      const endpoint = endpoints.get(id);
      if (endpoint === undefined) continue;
      const { device, interface: iface } = endpoint.attachedTo;
      prefixes.add(endpoint.prefix);
      devices.add(device);
      const port = `${device}:${iface}`;
      const senders = sources.size - (sources.has(id) ? 1 : 0);
      fanIn.set(port, (fanIn.get(port) ?? 0) + senders);
    }
    for (const from of leaves) {
      devices.add(from);
      const own = legs.get(from) ?? new Map<string, Leg>();
      legs.set(from, own);
      for (const prefix of prefixes)
        if (owners.get(prefix) !== from && !own.has(prefix)) own.set(prefix, { from, prefix });
    }
  }
  return { legs: [...legs.values()].flatMap((own) => [...own.values()]), fanIn, devices };
}

export const legsOf = (pass: Pass, objective: Objective): readonly Leg[] =>
  objectiveLegs(pass, objective).legs;

/** How many sources of the objective send to each host port. */
export const fanInOf = (pass: Pass, objective: Objective): ReadonlyMap<string, number> =>
  objectiveLegs(pass, objective).fanIn;

/** Devices that the objective's endpoints are attached to. */
export const edgesOf = (pass: Pass, objective: Objective): ReadonlySet<DeviceId> =>
  objectiveLegs(pass, objective).devices;

/** Channels by routing model, since every pass with the same routes asks for the same ones. */
const channelsByModel = new WeakMap<RoutingModel, Map<Objective, ReadonlyMap<string, number>>>();

/** Share of each leg on each channel, added up: the channels that the objective depends on. */
export function channelsOf(pass: Pass, objective: Objective): ReadonlyMap<string, number> {
  const model = routingOf(pass);
  const known = channelsByModel.get(model) ?? new Map<Objective, ReadonlyMap<string, number>>();
  channelsByModel.set(model, known);
  let channels = known.get(objective);
  if (channels === undefined) known.set(objective, (channels = sumShares(pass, objective, model)));
  return channels;
}

const devicesByModel = new WeakMap<RoutingModel, Map<Objective, ReadonlySet<DeviceId>>>();

/** Devices whose channels the objective depends on. */
export function devicesOnPaths(pass: Pass, objective: Objective): ReadonlySet<DeviceId> {
  const model = routingOf(pass);
  const known = devicesByModel.get(model) ?? new Map<Objective, ReadonlySet<DeviceId>>();
  devicesByModel.set(model, known);
  let devices = known.get(objective);
  if (devices === undefined) {
    const found = new Set<DeviceId>();
    for (const key of channelsOf(pass, objective).keys()) found.add(splitChannel(key).device);
    known.set(objective, (devices = found));
  }
  return devices;
}

/** Legs that go the same ways share one spread, which is added once with their number. */
function sumShares(pass: Pass, objective: Objective, model: RoutingModel): Map<string, number> {
  const alike = new Map<Spread, number>();
  for (const leg of legsOf(pass, objective)) {
    const spread = model.spread(leg.from, leg.prefix);
    alike.set(spread, (alike.get(spread) ?? 0) + 1);
  }
  const channels = new Map<string, number>();
  for (const [spread, times] of alike)
    for (const [channel, share] of spread.shares)
      channels.set(channel, (channels.get(channel) ?? 0) + share * times);
  for (const [port, senders] of fanInOf(pass, objective))
    if (senders > 0) channels.set(port, (channels.get(port) ?? 0) + 1);
  return channels;
}
