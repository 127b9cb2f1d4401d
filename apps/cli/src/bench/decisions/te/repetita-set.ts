import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { kShortestPaths, pathProblem, type WeightedLink } from '@weir/algorithms';
import { readText, unusable } from '../../model/te-data';
import { shortestPaths, type TrafficSet } from './traffic-set';

/** Paths between two nodes that traffic may be split over. */
const TUNNELS = 4;

interface Graph {
  readonly nodes: number;
  readonly links: readonly (WeightedLink & { readonly capacity: number })[];
}

export interface RepetitaSets {
  readonly sets: readonly TrafficSet[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Every `NAME.graph` in the folder or below it, with the matrices `NAME.*.demands` beside it in the
 * order of their names. Tunnels are the 4 shortest paths by the graph's own weights.
 */
export function readRepetita(folder: string): RepetitaSets {
  const sets: TrafficSet[] = [];
  const skipped: { name: string; reason: string }[] = [];
  const files = filesBelow(folder, 3);
  for (const file of files.filter((one) => one.endsWith('.graph'))) {
    const name = basename(file, '.graph');
    const stem = file.slice(0, -'.graph'.length);
    const demands = files.filter((one) => one.startsWith(`${stem}.`) && one.endsWith('.demands'));
    if (demands.length === 0) skipped.push({ name, reason: `no ${name}.*.demands beside it` });
    else sets.push(setOf(name, readGraph(file), demands));
  }
  if (sets.length === 0 && skipped.length === 0)
    skipped.push({ name: 'REPETITA', reason: `no .graph in ${folder}` });
  return { sets, skipped };
}

function filesBelow(folder: string, depth: number): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (!entry.isDirectory()) return [path];
      return depth === 0 ? [] : filesBelow(path, depth - 1);
    })
    .sort();
}

/** Only pairs that some matrix asks for become commodities. */
function setOf(name: string, graph: Graph, files: readonly string[]): TrafficSet {
  const byFile = files.map((file) => readDemands(file, graph.nodes));
  const pairs = [...new Set(byFile.flatMap((demand) => [...demand.keys()]))].sort((a, b) => a - b);
  const paths = pairs.map((pair) => {
    const [from, to] = [Math.floor(pair / graph.nodes), pair % graph.nodes];
    const own = kShortestPaths(graph.links, from, to, TUNNELS);
    if (own.length === 0) throw unusable(`${name}.graph`, `no way from node ${from} to ${to}`);
    return own;
  });
  const problem = pathProblem(
    graph.links.map(({ capacity }) => capacity),
    paths,
  );
  return {
    name,
    problem,
    matrices: byFile.map((demand) => Float64Array.from(pairs, (pair) => demand.get(pair) ?? 0)),
    optima: null,
    shortest: shortestPaths(problem),
  };
}

/** `label from to weight capacity delay` a line after `EDGES` and its titles. */
function readGraph(file: string): Graph {
  const sections = rowsOf(file);
  const nodes = sections.get('NODES')?.length ?? 0;
  const links = (sections.get('EDGES') ?? []).map((row) => {
    const [from = -1, to = -1, cost = 0, capacity = 0] = row.slice(1).map(Number);
    if (!isNode(from, nodes) || !isNode(to, nodes) || !(cost > 0) || !(capacity > 0))
      throw unusable(file, `no link between two nodes: ${row.join(' ')}`);
    return { from, to, cost, capacity };
  });
  if (links.length === 0) throw unusable(file, 'no EDGES');
  return { nodes, links };
}

/** By `from * nodes + to`; `label from to volume` a line. */
function readDemands(file: string, nodes: number): Map<number, number> {
  const demand = new Map<number, number>();
  for (const row of rowsOf(file).get('DEMANDS') ?? []) {
    const [from = -1, to = -1, volume = NaN] = row.slice(1).map(Number);
    if (!isNode(from, nodes) || !isNode(to, nodes) || !(volume >= 0))
      throw unusable(file, `no demand between two nodes: ${row.join(' ')}`);
    if (from !== to && volume > 0)
      demand.set(from * nodes + to, (demand.get(from * nodes + to) ?? 0) + volume);
  }
  return demand;
}

const isNode = (value: number, nodes: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < nodes;

/** Rows by section; a section is `NAME COUNT`, a line of titles, then its rows. */
function rowsOf(file: string): Map<string, string[][]> {
  const sections = new Map<string, string[][]>();
  let rows: string[][] = [];
  for (const line of readText(file).split(/\r?\n/)) {
    const row = line.trim().split(/\s+/);
    const title = row.length === 2 && /^(NODES|EDGES|DEMANDS)$/.test(row[0]!) ? row[0]! : null;
    if (title !== null) sections.set(title, (rows = []));
    else if (line.trim() !== '' && row[0] !== 'label') rows.push(row);
  }
  return sections;
}
