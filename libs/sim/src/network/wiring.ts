import type { FabricSpec, SwitchSpec } from './spec';
import { splitPort } from './spec';

/** A port of a switch that leads to another switch. */
export interface Neighbour {
  readonly interface: string;
  readonly device: number;
}

/** The specification as a graph of index tables: everything about one switch in one place. */
export interface Wiring {
  readonly indexOf: ReadonlyMap<string, number>;
  /** Interfaces of each switch in the order of the specification. */
  readonly interfaces: readonly (readonly string[])[];
  /** Switches next to each switch, in the order of the links. */
  readonly neighbours: readonly (readonly Neighbour[])[];
  /** Prefixes attached to each switch, with their port. */
  readonly attached: readonly ReadonlyMap<string, string>[];
  /** The switch that each prefix is attached to. */
  readonly homeOf: ReadonlyMap<string, number>;
  /** Switches with prefixes, in the order of the first one. */
  readonly homes: readonly number[];
  /** Hop counts from every switch to one switch; Infinity where there is no way. */
  distancesTo(target: number): Float64Array;
}

/** Specifications are never changed in place, so what follows from one is worked out once. */
const known = new WeakMap<FabricSpec, Wiring>();

export function wiringOf(spec: FabricSpec): Wiring {
  let wiring = known.get(spec);
  if (wiring === undefined) {
    wiring = wire(spec);
    known.set(spec, wiring);
  }
  return wiring;
}

function wire(spec: FabricSpec): Wiring {
  const indexOf = new Map(spec.switches.map((entry: SwitchSpec, index) => [entry.name, index]));
  const interfaces = spec.switches.map(() => new Set<string>());
  const neighbours = spec.switches.map(() => [] as Neighbour[]);
  const attached = spec.switches.map(() => new Map<string, string>());
  const homeOf = new Map<string, number>();
  for (const link of spec.links) {
    const ends = [splitPort(link.a), splitPort(link.b)] as const;
    for (const [near, far] of [ends, [ends[1], ends[0]] as const]) {
      const device = indexOf.get(near.device) ?? -1;
      interfaces[device]?.add(near.interface);
      const other = indexOf.get(far.device) ?? -1;
      neighbours[device]?.push({ interface: near.interface, device: other });
    }
  }
  for (const endpoint of spec.endpoints) {
    const port = splitPort(endpoint.attachedTo);
    const device = indexOf.get(port.device) ?? -1;
    interfaces[device]?.add(port.interface);
    attached[device]?.set(endpoint.prefix, port.interface);
    homeOf.set(endpoint.prefix, device);
  }
  const distances = new Map<number, Float64Array>();
  return {
    indexOf,
    interfaces: interfaces.map((names) => [...names]),
    neighbours,
    attached,
    homeOf,
    homes: [...new Set(homeOf.values())],
    distancesTo(target) {
      let found = distances.get(target);
      if (found === undefined) {
        found = breadthFirst(neighbours, target);
        distances.set(target, found);
      }
      return found;
    },
  };
}

function breadthFirst(neighbours: readonly (readonly Neighbour[])[], target: number): Float64Array {
  const distance = new Float64Array(neighbours.length).fill(Infinity);
  distance[target] = 0;
  const queue = [target];
  for (let head = 0; head < queue.length; head++) {
    const device = queue[head] ?? target;
    const next = (distance[device] ?? Infinity) + 1;
    for (const neighbour of neighbours[device] ?? []) {
      if (next >= (distance[neighbour.device] ?? 0)) continue;
      distance[neighbour.device] = next;
      queue.push(neighbour.device);
    }
  }
  return distance;
}
