import type { DeviceId, Topology } from '@weir/core/model';

interface Edge {
  readonly interface: string;
  readonly to: DeviceId;
}

/**
 * Next hops of all shortest paths between devices by hop count, each with weight 1. One
 * breadth-first search for each destination that is asked for, kept afterwards.
 */
export function shortestNextHops(
  topology: Topology,
): (from: DeviceId, to: DeviceId) => readonly { interface: string; weight: number }[] {
  let edges: ReadonlyMap<DeviceId, readonly Edge[]> | null = null;
  const distances = new Map<DeviceId, ReadonlyMap<DeviceId, number>>();
  return (from, to) => {
    edges ??= edgesOf(topology);
    let toDestination = distances.get(to);
    if (toDestination === undefined) {
      toDestination = distancesTo(edges, to);
      distances.set(to, toDestination);
    }
    const own = toDestination.get(from);
    if (own === undefined) return [];
    const reach = toDestination;
    return (edges.get(from) ?? [])
      .filter((edge) => reach.get(edge.to) === own - 1)
      .map((edge) => ({ interface: edge.interface, weight: 1 }));
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
