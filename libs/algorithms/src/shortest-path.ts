import type { DeviceId, Topology } from '@weir/core/model';

interface Edge {
  readonly interface: string;
  readonly to: DeviceId;
}

interface Hop {
  readonly interface: string;
  readonly weight: number;
}

/**
 * Next hops of all shortest paths between devices by hop count, each with weight 1. One
 * breadth-first search for each destination that is asked for, kept afterwards.
 */
export function shortestNextHops(
  topology: Topology,
): (from: DeviceId, to: DeviceId) => readonly Hop[] {
  let edges: ReadonlyMap<DeviceId, readonly Edge[]> | null = null;
  const distances = new Map<DeviceId, ReadonlyMap<DeviceId, number>>();
  const found = new Map<DeviceId, Map<DeviceId, readonly Hop[]>>();
  const find = (from: DeviceId, to: DeviceId): readonly Hop[] => {
    edges ??= edgesOf(topology);
    let reach = distances.get(to);
    if (reach === undefined) distances.set(to, (reach = distancesTo(edges, to)));
    const toDestination = reach;
    const own = toDestination.get(from);
    if (own === undefined) return [];
    return (edges.get(from) ?? [])
      .filter((edge) => toDestination.get(edge.to) === own - 1)
      .map((edge) => ({ interface: edge.interface, weight: 1 }));
  };
  return (from, to) => {
    const byOrigin = found.get(to) ?? new Map<DeviceId, readonly Hop[]>();
    found.set(to, byOrigin);
    let hops = byOrigin.get(from);
    if (hops === undefined) byOrigin.set(from, (hops = find(from, to)));
    return hops;
  };
}

function edgesOf(topology: Topology): ReadonlyMap<DeviceId, readonly Edge[]> {
  const edges = new Map<DeviceId, Edge[]>();
  const add = (from: DeviceId, edge: Edge): void => {
    const list = edges.get(from) ?? [];
    list.push(edge);
    edges.set(from, list);
  };
  for (const { a, b } of topology.links) {
    add(a.device, { interface: a.interface, to: b.device });
    add(b.device, { interface: b.interface, to: a.device });
  }
  return edges;
}

function distancesTo(
  edges: ReadonlyMap<DeviceId, readonly Edge[]>,
  to: DeviceId,
): ReadonlyMap<DeviceId, number> {
  const distance = new Map<DeviceId, number>([[to, 0]]);
  let front = [to];
  while (front.length > 0) {
    const next: DeviceId[] = [];
    for (const device of front)
      for (const edge of edges.get(device) ?? [])
        if (!distance.has(edge.to)) {
          distance.set(edge.to, (distance.get(device) ?? 0) + 1);
          next.push(edge.to);
        }
    front = next;
  }
  return distance;
}
