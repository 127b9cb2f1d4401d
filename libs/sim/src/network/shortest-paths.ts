import type { NextHopSetting, RouteTable } from './route-table';
import type { FabricSpec } from './spec';
import { wiringOf, type Wiring } from './wiring';

/**
 * Equal-cost shortest paths to every prefix, equal weights over the whole grid. What all prefixes
 * of one leaf share is held once: at 8,192 hosts a table of its own for each of 1,280 switches
 * would be ten million entries.
 */
export function shortestPathRoutes(spec: FabricSpec, device: string): RouteTable {
  const wiring = wiringOf(spec);
  const own = wiring.indexOf.get(device) ?? -1;
  const grid = spec.switches[own]?.weightGridEntries ?? 64;
  const equal = new Map<string, readonly NextHopSetting[]>();
  const hopsTo: (readonly NextHopSetting[])[] = [];
  for (const target of wiring.homes) {
    if (target === own) continue;
    const interfaces = nearer(wiring, own, target);
    const key = interfaces.join('\n');
    const hops = equal.get(key) ?? evenly(interfaces, grid);
    equal.set(key, hops);
    hopsTo[target] = hops;
  }
  const local = new Map<string, readonly NextHopSetting[]>();
  for (const [prefix, port] of wiring.attached[own] ?? []) {
    local.set(prefix, [{ interface: port, weight: grid }]);
  }
  return new ShortestPathTable(wiring.homeOf, own, local, hopsTo);
}

function nearer(wiring: Wiring, device: number, target: number): string[] {
  const distance = wiring.distancesTo(target);
  const own = distance[device] ?? Infinity;
  return (wiring.neighbours[device] ?? [])
    .filter((neighbour) => (distance[neighbour.device] ?? Infinity) < own)
    .map((neighbour) => neighbour.interface);
}

/** Equal weights that add up to the grid as nearly as whole entries allow. */
function evenly(interfaces: readonly string[], grid: number): NextHopSetting[] {
  const share = Math.floor(grid / Math.max(1, interfaces.length));
  const extra = grid - share * interfaces.length;
  return interfaces.map((name, index) => ({
    interface: name,
    weight: share + (index < extra ? 1 : 0),
  }));
}

/** A read-only map over tables that all switches share and one entry per leaf of its own. */
class ShortestPathTable implements RouteTable {
  constructor(
    private readonly homeOf: ReadonlyMap<string, number>,
    private readonly own: number,
    private readonly local: RouteTable,
    private readonly hopsTo: readonly (readonly NextHopSetting[])[],
  ) {}

  get size(): number {
    return this.homeOf.size;
  }

  get(prefix: string): readonly NextHopSetting[] | undefined {
    const home = this.homeOf.get(prefix);
    if (home === undefined) return undefined;
    return home === this.own ? this.local.get(prefix) : this.hopsTo[home];
  }

  has(prefix: string): boolean {
    return this.homeOf.has(prefix);
  }

  keys(): MapIterator<string> {
    return this.homeOf.keys();
  }

  *entries(): MapIterator<[string, readonly NextHopSetting[]]> {
    for (const prefix of this.homeOf.keys()) yield [prefix, this.get(prefix) ?? []];
  }

  *values(): MapIterator<readonly NextHopSetting[]> {
    for (const [, hops] of this.entries()) yield hops;
  }

  [Symbol.iterator](): MapIterator<[string, readonly NextHopSetting[]]> {
    return this.entries();
  }

  forEach(visit: (value: readonly NextHopSetting[], key: string, map: RouteTable) => void): void {
    for (const [prefix, hops] of this.entries()) visit(hops, prefix, this);
  }
}
