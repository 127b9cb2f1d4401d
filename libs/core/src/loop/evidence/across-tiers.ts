import type { Topology } from '../../model';
import { topologyIndex } from '../network';
import type { Trend } from '../observed';
import type { Pass } from '../pass';
import { choosing } from './dissect';
import { fabricOf, type FabricView, type ParallelLinks } from './fabric';

/** How the links that flows take in a tier go with those that they took in the tier before. */
export interface AcrossTiers {
  /** Of a standard normal variable, if the two tiers hash independently. */
  readonly deviations: number;
  /** Of what its links are uneven, the share that goes with the tier before, 0..1. */
  readonly explainedRatio: number;
  /** Next hops of the tier before, and links that their traffic chooses among. */
  readonly nextHops: number;
  readonly links: number;
  /** Where each of them is taken for one: links that get a twentieth of their part or less. */
  readonly emptyCells: number;
}

/** Weights within this factor are meant to be equal; others make links depend on each other. */
const EQUAL = 1.1;
/** A part of what a link would get from one next hop, below which it gets none. */
const EMPTY = 0.05;

/**
 * Whether the traffic that took the n-th next hop of one tier takes only some of the links of the
 * next, as it does when both use the same hash. Switches that are the n-th next hop of those below
 * them are one row of a table, their n-th links one column; what flows choose there is measured, as
 * flows of which a prefix is one. Null where this cannot be told: in the lowest tier, with unequal
 * weights or numbers of links, or where a link is down.
 */
export function acrossTiers(pass: Pass, trend: Trend, tier: number): AcrossTiers | null {
  const view = fabricOf(pass);
  if (view === null || tier < 1) return null;
  const positions = positionsOf(pass.env.topology, view, trend);
  const rows = new Map<number, number[]>();
  let links = 0;
  for (const group of view.groups) {
    if (group.direction !== 'up' || group.tier !== tier) continue;
    const position = positions.get(group.device);
    const flows = flowsOn(pass, trend, view, group);
    if (position === undefined || flows === null) continue;
    if (links > 0 && flows.length !== links) return null;
    links = flows.length;
    const row = rows.get(position);
    rows.set(position, row === undefined ? flows : row.map((sum, i) => sum + (flows[i] ?? 0)));
  }
  if (rows.size < 2) return null;
  const table = [...rows.values()];
  const emptyCells = table.reduce((sum, row) => sum + emptyIn(row), 0);
  const { deviations, explainedRatio } = pass.env.strategies.hashDependence(table);
  return { deviations, explainedRatio, nextHops: rows.size, links, emptyCells };
}

function emptyIn(row: readonly number[]): number {
  const mean = row.reduce((sum, flows) => sum + flows, 0) / row.length;
  return row.filter((flows) => flows <= EMPTY * mean).length;
}

/** Flows on each link of a switch, in the order of its interfaces; null where they say nothing. */
function flowsOn(
  pass: Pass,
  trend: Trend,
  view: FabricView,
  group: ParallelLinks,
): number[] | null {
  const { frame } = pass.observed;
  if (group.channels.some((row) => frame?.channels.operStatus[row] === 0)) return null;
  const { flows, wantedBps } = choosing(pass, trend, group);
  if (!(flows > 0) || Math.max(...wantedBps) > EQUAL * Math.min(...wantedBps)) return null;
  const loads = inOrder(group, trend).map((row) => view.utilization[row] || 0);
  const total = loads.reduce((sum, load) => sum + load, 0);
  return total > 0 ? loads.map((load) => (flows * load) / total) : null;
}

/** Which next hop of the switches below it each switch is, counted by their interfaces. */
function positionsOf(
  topology: Topology,
  { groups }: FabricView,
  trend: Trend,
): ReadonlyMap<string, number> {
  const { behind } = topologyIndex(topology);
  const positions = new Map<string, number>();
  for (const group of groups) {
    if (group.direction !== 'up') continue;
    inOrder(group, trend).forEach((row, position) => {
      const name = trend.layout.channels[row]?.interface ?? '';
      const peer = behind.get(`${group.device}:${name}`);
      if (peer !== undefined && !positions.has(peer)) positions.set(peer, position);
    });
  }
  return positions;
}

/** Next hops are numbered as the interfaces are: eth2 before eth10. */
function inOrder({ channels }: ParallelLinks, { layout }: Trend): readonly number[] {
  const numbers = (row: number): number =>
    Number(/(\d+)\D*$/.exec(layout.channels[row]?.interface ?? '')?.[1] ?? 0);
  return [...channels].sort((a, b) => numbers(a) - numbers(b));
}
