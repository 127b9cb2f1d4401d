import {
  channelKey,
  type DeviceId,
  type Port,
  type RouteWeights,
  type Topology,
} from '@weir/core/model';
import type { RoutingModel, Spread, StaticRoute } from '@weir/core/ports';
import { shortestNextHops } from './shortest-path';

interface Hop {
  readonly interface: string;
  readonly weight: number;
}

/**
 * Where traffic goes, from the weights that the devices hold. A device without any route to a
 * prefix in its configuration is taken to use all equal-cost shortest paths (plain ECMP); results
 * are kept, since a pass asks for the same spreads many times.
 */
export function buildRouting(
  topology: Topology,
  routes: ReadonlyMap<DeviceId, readonly StaticRoute[]>,
): RoutingModel {
  const { owners, peers, fallback } = factsOf(topology);
  const configured = (device: DeviceId, prefix: string): readonly Hop[] => {
    const owner = owners.get(prefix);
    if (owner === device) return [];
    const list = routes.get(device);
    const own = list === undefined ? undefined : tableOf(list).get(prefix);
    if (own !== undefined) return own;
    return owner === undefined ? [] : fallback(device, owner);
  };
  return modelOf({ owners, peers, nextHops: configured });
}

interface TopologyFacts {
  readonly owners: ReadonlyMap<string, DeviceId>;
  readonly peers: ReadonlyMap<string, Port>;
  readonly fallback: ReturnType<typeof shortestNextHops>;
}

/** What follows from the topology alone; topologies are never changed in place. */
const facts = new WeakMap<Topology, TopologyFacts>();

function factsOf(topology: Topology): TopologyFacts {
  const known = facts.get(topology);
  if (known !== undefined) return known;
  const owners = new Map<string, DeviceId>();
  for (const endpoint of topology.endpoints.values())
    owners.set(endpoint.prefix, endpoint.attachedTo.device);
  const found = { owners, peers: peersOf(topology), fallback: shortestNextHops(topology) };
  facts.set(topology, found);
  return found;
}

type Table = ReadonlyMap<string, readonly Hop[]>;

/** Routes of one device by prefix; a device whose image did not change keeps its table. */
const tables = new WeakMap<readonly StaticRoute[], Table>();

function tableOf(list: readonly StaticRoute[]): Table {
  const known = tables.get(list);
  if (known !== undefined) return known;
  const table = new Map(list.map((route) => [route.prefix, route.nextHops]));
  tables.set(list, table);
  return table;
}

interface Network {
  readonly owners: ReadonlyMap<string, DeviceId>;
  readonly peers: ReadonlyMap<string, Port>;
  readonly nextHops: (device: DeviceId, prefix: string) => readonly Hop[];
}

function modelOf(network: Network): RoutingModel {
  const { owners, peers, nextHops } = network;
  const spreads = new Map<string, Spread>();
  return {
    nextHops,
    owner: (prefix) => owners.get(prefix) ?? null,
    peer: (device, iface) => peers.get(channelKey({ device, interface: iface })) ?? null,
    spread: (from, prefix) => {
      const key = `${from}|${prefix}`;
      const known = spreads.get(key);
      if (known !== undefined) return known;
      const spread = follow(from, prefix, owners.get(prefix), nextHops, peers);
      spreads.set(key, spread);
      return spread;
    },
    withRoutes: (changes) => modelOf({ owners, peers, nextHops: overlaid(nextHops, changes) }),
  };
}

/** Next hops with the given weights in place of the old ones; weight 0 takes one out of use. */
function overlaid(
  nextHops: Network['nextHops'],
  changes: readonly RouteWeights[],
): Network['nextHops'] {
  const replaced = new Map<string, readonly Hop[]>();
  for (const { device, prefix, weights } of changes) {
    const hops = Object.entries(weights)
      .map(([name, weight]) => ({ interface: name, weight }))
      .filter((hop) => hop.weight > 0);
    replaced.set(`${device}|${prefix}`, hops);
  }
  return (device, prefix) => replaced.get(`${device}|${prefix}`) ?? nextHops(device, prefix);
}

function peersOf(topology: Topology): ReadonlyMap<string, Port> {
  const peers = new Map<string, Port>();
  for (const link of topology.links) {
    peers.set(channelKey(link.a), link.b);
    peers.set(channelKey(link.b), link.a);
  }
  return peers;
}

/** Paths longer than this do not exist in a fabric; what is still on its way then goes round. */
const MAX_HOPS = 32;

/** Pushes one unit of traffic hop by hop; devices of one distance are handled together. */
function follow(
  from: DeviceId,
  prefix: string,
  owner: DeviceId | undefined,
  nextHops: (device: DeviceId, prefix: string) => readonly Hop[],
  peers: ReadonlyMap<string, Port>,
): Spread {
  const shares = new Map<string, number>();
  let front = new Map<DeviceId, number>([[from, 1]]);
  for (let hop = 0; hop < MAX_HOPS && front.size > 0; hop++) {
    const next = new Map<DeviceId, number>();
    for (const [device, share] of front) {
      if (device === owner) continue;
      const hops = nextHops(device, prefix);
      const total = hops.reduce((sum, item) => sum + item.weight, 0);
      if (total === 0) return { shares, problem: { kind: 'black-hole', at: device } };
      for (const item of hops) {
        const part = (share * item.weight) / total;
        if (part === 0) continue;
        const key = channelKey({ device, interface: item.interface });
        const peer = peers.get(key);
        if (peer === undefined) return { shares, problem: { kind: 'black-hole', at: device } };
        shares.set(key, (shares.get(key) ?? 0) + part);
        next.set(peer.device, (next.get(peer.device) ?? 0) + part);
      }
    }
    front = next;
  }
  const [lost] = front.keys();
  const looping = lost !== undefined && lost !== owner;
  return { shares, problem: looping ? { kind: 'loop', at: lost } : null };
}
