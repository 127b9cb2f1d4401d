import type { NextHopSetting, RouteTable } from './route-table';
import { shortestPathRoutes } from './shortest-paths';
import type { FabricSpec } from './spec';
import { wiringOf } from './wiring';

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

/** What a controller can change on a switch, as the data plane understands it. */
export interface SwitchSettings {
  readonly routes: RouteTable;
  /** interface -> queue -> setting */
  readonly queues: ReadonlyMap<string, ReadonlyMap<string, QueueSetting>>;
}

export const DEFAULT_QUEUE: QueueSetting = {
  dedicatedBytes: 0,
  limit: { kind: 'dynamic', scalingFactor: 0 },
  ecn: null,
};

/** Interfaces of a switch in the order of the specification. */
export function interfacesOf(spec: FabricSpec, device: string): readonly string[] {
  const wiring = wiringOf(spec);
  return wiring.interfaces[wiring.indexOf.get(device) ?? -1] ?? [];
}

/** Settings of a switch out of the box: shortest paths, and the same queues on every port. */
export function defaultSettings(
  spec: FabricSpec,
  device: string,
  queueSettings: Readonly<Record<string, QueueSetting>>,
): SwitchSettings {
  const ofPort = new Map(
    spec.queues.map((queue) => [queue.name, queueSettings[queue.name] ?? DEFAULT_QUEUE]),
  );
  const queues = new Map(interfacesOf(spec, device).map((name) => [name, ofPort]));
  return { routes: shortestPathRoutes(spec, device), queues };
}

/** Prefixes that two route tables send differently. */
export function movedPrefixes(
  before: SwitchSettings['routes'],
  after: SwitchSettings['routes'],
): string[] {
  if (before === after) return [];
  const moved: string[] = [];
  for (const [prefix, hops] of after) {
    if (!sameHops(before.get(prefix), hops)) moved.push(prefix);
  }
  for (const prefix of before.keys()) if (!after.has(prefix)) moved.push(prefix);
  return moved;
}

function sameHops(a: readonly NextHopSetting[] | undefined, b: readonly NextHopSetting[]): boolean {
  if (a === b) return true;
  return (
    a?.length === b.length &&
    b.every((hop, at) => a[at]?.interface === hop.interface && a[at].weight === hop.weight)
  );
}
