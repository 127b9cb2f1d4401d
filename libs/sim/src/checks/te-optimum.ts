import { refuse, ok, type Result } from '@weir/core/base';
import { compare, type ModelCheck } from './check';

/** A network of directed links with the tunnels that traffic may take. */
export interface TeNetwork {
  readonly nodes: number;
  /** `capacity[from * nodes + to]`, in the unit of the demands; 0: no link. */
  readonly capacity: Float64Array;
  readonly tunnels: readonly Tunnels[];
}

/** The ways from one node to another, each as the nodes that it goes by. */
export interface Tunnels {
  readonly source: number;
  readonly destination: number;
  readonly paths: readonly (readonly number[])[];
}

/** A traffic matrix `demand[source * nodes + destination]` and the optimum that is published. */
export interface TeSample {
  readonly demand: Float64Array;
  readonly optimum: number;
}

/** Solves a linear program in CPLEX LP format: the value of its objective. */
export type LinearSolver = (program: string) => number;

/** `0 1:0-1,0-2-1,0-3-1` a line. Refused with the line at fault. */
export function readTunnels(name: string, text: string, nodes: number): Result<Tunnels[]> {
  const tunnels: Tunnels[] = [];
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [pair = '', ways = ''] = line.split(':');
    const ends = pair.trim().split(/\s+/).map(Number);
    const paths = ways.split(',').map((way) => way.split('-').map(Number));
    const [source = -1, destination = -1] = ends;
    const known = (node: number): boolean => Number.isInteger(node) && node >= 0 && node < nodes;
    const right = paths.every(
      (path) => path.every(known) && path[0] === source && path.at(-1) === destination,
    );
    if (ends.length !== 2 || !right)
      return refuse('request-invalid', `${name}:${at + 1}`, `no tunnels: ${line}`);
    tunnels.push({ source, destination, paths });
  }
  return ok(tunnels);
}

/**
 * Split of all demands over their tunnels with the least maximum link utilisation, as a linear
 * program: `u` is the utilisation, `f<t>_<p>` the part of tunnel group t on its path p, in units
 * of the largest capacity so that the solver's tolerances mean something.
 */
export function minMaxUtilisation(network: TeNetwork, demand: Float64Array): string {
  const { nodes, capacity, tunnels } = network;
  const unit = Math.max(...capacity);
  const rows: string[] = [];
  const onLink = new Map<number, string[]>();
  tunnels.forEach(({ source, destination, paths }, t) => {
    const wanted = (demand[source * nodes + destination] ?? 0) / unit;
    if (wanted <= 0) return;
    const flows = paths.map((_, p) => `f${t}_${p}`);
    rows.push(`d${t}: ${flows.join(' + ')} = ${wanted}`);
    paths.forEach((path, p) => {
      for (let hop = 1; hop < path.length; hop++) {
        const link = (path[hop - 1] as number) * nodes + (path[hop] as number);
        const list = onLink.get(link);
        if (list === undefined) onLink.set(link, [`f${t}_${p}`]);
        else list.push(`f${t}_${p}`);
      }
    });
  });
  for (const [link, flows] of onLink)
    rows.push(`l${link}: ${flows.join(' + ')} - ${(capacity[link] ?? 0) / unit} u <= 0`);
  return `Minimize\n obj: u\nSubject To\n ${rows.join('\n ')}\nEnd\n`;
}

/** All matrices of one network; `got` is the mean, `error` the largest relative one of any. */
export function teOptimumCheck(
  name: string,
  network: TeNetwork,
  samples: readonly TeSample[],
  solve: LinearSolver,
  onSolved: () => void = () => undefined,
): ModelCheck {
  let worst = 0;
  let [expected, got] = [0, 0];
  for (const { demand, optimum } of samples) {
    const found = solve(minMaxUtilisation(network, demand));
    // A solver that found nothing is as wrong as can be.
    const error = Math.abs(found - optimum) / optimum;
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
    expected += optimum / samples.length;
    got += found / samples.length;
    onSolved();
  }
  const tolerance = 1e-4;
  return {
    ...compare({
      name: `TE optimum: ${name}, least maximum link utilisation`,
      source: 'Meta PoD traffic matrices and optima published with FIGRET, SIGCOMM 2024',
      setup: `linear program over 3 tunnels a pair, ${samples.length} matrices; figures are means, the error is the largest relative one`,
      expected,
      got,
      tolerance,
    }),
    error: worst,
    passed: samples.length > 0 && worst <= tolerance,
  };
}
