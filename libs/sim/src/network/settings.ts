import type { FabricSpec } from './spec';
import { splitPort } from './spec';

export interface EcnSetting {
  readonly minThresholdBytes: number;
  readonly maxThresholdBytes: number;
  /** 0..1 */
  readonly maxProbability: number;
}

/** How far a queue may grow. Dynamic: dedicated + free shared buffer x 2^scalingFactor. */
export type QueueLimit =
  | { readonly kind: 'dynamic'; readonly scalingFactor: number }
  | { readonly kind: 'static'; readonly bytes: number };

export interface QueueSetting {
  readonly dedicatedBytes: number;
  readonly limit: QueueLimit;
  /** Null: no marking, the queue ends in tail drops. */
  readonly ecn: EcnSetting | null;
  /** With PFC: the limit is where the feeders are told to pause (Xoff), nothing is dropped. */
  readonly lossless?: boolean;
  /** Scheduling on this port instead of the fabric's. */
  readonly scheduling?: QueueScheduling;
}

/** Strict queues are served before weighted ones, which share the rest by weight. */
export interface QueueScheduling {
  readonly strict: boolean;
  readonly weight: number;
}

export interface NextHopSetting {
  readonly interface: string;
  readonly weight: number;
}

/** What a controller can change on a switch, as the data plane understands it. */
export interface SwitchSettings {
  readonly routes: ReadonlyMap<string, readonly NextHopSetting[]>;
  /** interface -> queue -> setting */
  readonly queues: ReadonlyMap<string, ReadonlyMap<string, QueueSetting>>;
}

export const DEFAULT_QUEUE: QueueSetting = {
  dedicatedBytes: 0,
  limit: { kind: 'dynamic', scalingFactor: 0 },
  ecn: null,
};

/** Interfaces of a switch in the order of the specification. */
export function interfacesOf(spec: FabricSpec, device: string): string[] {
  const names = new Set<string>();
  for (const link of spec.links) {
    for (const end of [splitPort(link.a), splitPort(link.b)]) {
      if (end.device === device) names.add(end.interface);
    }
  }
  for (const endpoint of spec.endpoints) {
    const port = splitPort(endpoint.attachedTo);
    if (port.device === device) names.add(port.interface);
  }
  return [...names];
}

/** Equal-cost shortest paths to every prefix, equal weights over the whole grid. */
export function shortestPathRoutes(
  spec: FabricSpec,
  device: string,
): Map<string, readonly NextHopSetting[]> {
  const routes = new Map<string, readonly NextHopSetting[]>();
  const grid = spec.switches.find((entry) => entry.name === device)?.weightGridEntries ?? 64;
  const distances = new Map<string, ReadonlyMap<string, number>>();
  for (const endpoint of spec.endpoints) {
    const port = splitPort(endpoint.attachedTo);
    if (port.device === device) {
      routes.set(endpoint.prefix, [{ interface: port.interface, weight: grid }]);
      continue;
    }
    let distance = distances.get(port.device);
    if (distance === undefined) {
      distance = distancesTo(spec, port.device);
      distances.set(port.device, distance);
    }
    routes.set(endpoint.prefix, spread(nearer(spec, device, distance), grid));
  }
  return routes;
}

/** Hop counts of all switches to one switch, breadth first. */
function distancesTo(spec: FabricSpec, target: string): ReadonlyMap<string, number> {
  const distance = new Map([[target, 0]]);
  const queue = [target];
  for (let device = queue.shift(); device !== undefined; device = queue.shift()) {
    const next = (distance.get(device) ?? 0) + 1;
    for (const link of spec.links) {
      const a = splitPort(link.a).device;
      const b = splitPort(link.b).device;
      const neighbour = a === device ? b : b === device ? a : null;
      if (neighbour === null || distance.has(neighbour)) continue;
      distance.set(neighbour, next);
      queue.push(neighbour);
    }
  }
  return distance;
}

function nearer(spec: FabricSpec, device: string, distance: ReadonlyMap<string, number>): string[] {
  const own = distance.get(device) ?? Infinity;
  const interfaces: string[] = [];
  for (const link of spec.links) {
    const ends = [splitPort(link.a), splitPort(link.b)] as const;
    for (const [near, far] of [ends, [ends[1], ends[0]] as const]) {
      if (near.device !== device) continue;
      if ((distance.get(far.device) ?? Infinity) < own) interfaces.push(near.interface);
    }
  }
  return interfaces;
}

/** Equal weights that add up to the grid as nearly as whole entries allow. */
function spread(interfaces: readonly string[], grid: number): NextHopSetting[] {
  const share = Math.floor(grid / Math.max(1, interfaces.length));
  const extra = grid - share * interfaces.length;
  return interfaces.map((name, index) => ({
    interface: name,
    weight: share + (index < extra ? 1 : 0),
  }));
}

/** Settings of a switch out of the box. */
export function defaultSettings(
  spec: FabricSpec,
  device: string,
  queueSettings: Readonly<Record<string, QueueSetting>>,
): SwitchSettings {
  const queues = new Map<string, ReadonlyMap<string, QueueSetting>>();
  for (const name of interfacesOf(spec, device)) {
    queues.set(
      name,
      new Map(spec.queues.map((queue) => [queue.name, queueSettings[queue.name] ?? DEFAULT_QUEUE])),
    );
  }
  return { routes: shortestPathRoutes(spec, device), queues };
}
