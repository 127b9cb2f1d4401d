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
 * are kept, since a pass asks for the same spreads many times. Prefixes of one leaf that are routed
 * alike everywhere share their spreads, so that the work grows with leaves and not with hosts.
 */
export function buildRouting(
  topology: Topology,
  routes: ReadonlyMap<DeviceId, readonly StaticRoute[]>,
): RoutingModel {
  const { owners, peers, fallback } = factsOf(topology);
  const tables = new Map<DeviceId, Table>();
  for (const [device, list] of routes) tables.set(device, tableOf(list));
  const nextHops = (device: DeviceId, prefix: string): readonly Hop[] => {
    const owner = owners.get(prefix);
    if (owner === device) return NO_HOPS;
    const own = tables.get(device)?.get(prefix);
    if (own !== undefined) return own;
    return owner === undefined ? NO_HOPS : fallback(device, owner);
  };
  const kindOf = (prefix: string): string => {
    let kind = owners.get(prefix) as string;
    for (const table of tables.values()) kind += `,${numberOf(table.get(prefix))}`;
    return kind;
  };
  return modelOf({ owners, peers, nextHops }, cachedSpreads({ owners, peers, nextHops }, kindOf));
}

const NO_HOPS: readonly Hop[] = [];

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
const tablesByList = new WeakMap<readonly StaticRoute[], Table>();

/** Next hops that read the same are one array within a table, and so one number below. */
function tableOf(list: readonly StaticRoute[]): Table {
  const known = tablesByList.get(list);
  if (known !== undefined) return known;
  const alike = new Map<string, readonly Hop[]>();
  const table = new Map<string, readonly Hop[]>();
  for (const { prefix, nextHops } of list) {
    const text = nextHops.map((hop) => `${hop.interface} ${hop.weight}`).join(',');
    const same = alike.get(text) ?? nextHops;
    alike.set(text, same);
    table.set(prefix, same);
  }
  tablesByList.set(list, table);
  return table;
}

const numbers = new WeakMap<readonly Hop[], number>();
let lastNumber = 0;

/** A number for each array of next hops; 0 for none. */
function numberOf(hops: readonly Hop[] | undefined): number {
  if (hops === undefined) return 0;
  let number = numbers.get(hops);
  if (number === undefined) numbers.set(hops, (number = ++lastNumber));
  return number;
}

interface Network {
  readonly owners: ReadonlyMap<string, DeviceId>;
  readonly peers: ReadonlyMap<string, Port>;
  readonly nextHops: (device: DeviceId, prefix: string) => readonly Hop[];
}

type Spreads = (from: DeviceId, prefix: string) => Spread;

function modelOf(network: Network, spread: Spreads): RoutingModel {
  const { owners, peers, nextHops } = network;
  return {
    nextHops,
    owner: (prefix) => owners.get(prefix) ?? null,
    peer: (device, iface) => peers.get(channelKey({ device, interface: iface })) ?? null,
    spread,
    withRoutes: (changes) => {
      const overlaid = { owners, peers, nextHops: overlay(nextHops, changes) };
      const moved = new Set(changes.map((change) => change.prefix));
      const own = cachedSpreads(overlaid, (prefix) => prefix);
      return modelOf(overlaid, (from, prefix) =>
        moved.has(prefix) ? own(from, prefix) : spread(from, prefix),
      );
    },
  };
}

/** Spreads by kind of prefix and by origin; kinds are found when they are asked for. */
function cachedSpreads(network: Network, kindOf: (prefix: string) => string): Spreads {
  const { owners, peers, nextHops } = network;
  const byKind = new Map<string, Map<DeviceId, Spread>>();
  const byPrefix = new Map<string, Map<DeviceId, Spread>>();
  return (from, prefix) => {
    let known = byPrefix.get(prefix);
    if (known === undefined) {
      const kind = kindOf(prefix);
      known = byKind.get(kind) ?? new Map<DeviceId, Spread>();
      byKind.set(kind, known);
      byPrefix.set(prefix, known);
    }
    let spread = known.get(from);
    if (spread === undefined)
      known.set(from, (spread = follow(from, prefix, owners.get(prefix), nextHops, peers)));
    return spread;
  };
}

/** Next hops with the given weights in place of the old ones; weight 0 takes one out of use. */
function overlay(
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
  // A part of the traffic may get through: one loop in it is a loop all the same.
  const lost = [...front.keys()].find((device) => device !== owner);
  return { shares, problem: lost === undefined ? null : { kind: 'loop', at: lost } };
}
