import { channelKey, type DeviceId, type Topology } from '../../model';

/** What follows from the topology alone and is asked for all the time. */
export interface TopologyIndex {
  /** Channels between switches, by key, with the key of the opposite direction. */
  readonly opposite: ReadonlyMap<string, string>;
  /** Device behind each channel between switches. */
  readonly behind: ReadonlyMap<string, DeviceId>;
  /** Channels that leave a device towards other switches, and those that lead to it. */
  readonly uplinks: ReadonlyMap<DeviceId, readonly string[]>;
  /** Channel from the leaf to a host that has the prefix. */
  readonly attachments: ReadonlyMap<string, string>;
  readonly prefixes: readonly string[];
  /** Device to which each prefix is attached. */
  readonly owners: ReadonlyMap<string, DeviceId>;
  /** Devices with hosts: where traffic enters the fabric. */
  readonly edges: readonly DeviceId[];
  /** Hops to the nearest device with hosts: 0 is a leaf, 1 a spine, 2 a superspine. */
  readonly tier: ReadonlyMap<DeviceId, number>;
}

/** Topologies are never changed in place, so what was found out about one stays true. */
const indexes = new WeakMap<Topology, TopologyIndex>();

export function topologyIndex(topology: Topology): TopologyIndex {
  const known = indexes.get(topology);
  if (known !== undefined) return known;
  const opposite = new Map<string, string>();
  const behind = new Map<string, DeviceId>();
  const uplinks = new Map<DeviceId, string[]>();
  for (const { a, b } of topology.links)
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      opposite.set(channelKey(from), channelKey(to));
      behind.set(channelKey(from), to.device);
      const list = uplinks.get(from.device);
      if (list === undefined) uplinks.set(from.device, [channelKey(from)]);
      else list.push(channelKey(from));
    }
  const attachments = new Map<string, string>();
  const owners = new Map<string, DeviceId>();
  const edges = new Set<DeviceId>();
  for (const { attachedTo, prefix } of topology.endpoints.values()) {
    if (!attachments.has(prefix)) attachments.set(prefix, channelKey(attachedTo));
    owners.set(prefix, attachedTo.device);
    edges.add(attachedTo.device);
  }
  const index: TopologyIndex = {
    opposite,
    behind,
    uplinks,
    attachments,
    prefixes: [...attachments.keys()],
    owners,
    edges: [...edges],
    tier: tiersOf(edges, uplinks, behind),
  };
  indexes.set(topology, index);
  return index;
}

/** Breadth-first from all devices with hosts at once. */
function tiersOf(
  edges: ReadonlySet<DeviceId>,
  uplinks: ReadonlyMap<DeviceId, readonly string[]>,
  behind: ReadonlyMap<string, DeviceId>,
): ReadonlyMap<DeviceId, number> {
  const tier = new Map<DeviceId, number>();
  let front: readonly DeviceId[] = [...edges];
  for (let hops = 0; front.length > 0; hops++) {
    for (const device of front) tier.set(device, hops);
    const next = new Set<DeviceId>();
    for (const device of front)
      for (const channel of uplinks.get(device) ?? []) {
        const peer = behind.get(channel);
        if (peer !== undefined && !tier.has(peer)) next.add(peer);
      }
    front = [...next];
  }
  return tier;
}
