import { pathProblem } from '@weir/algorithms';
import type { TeData } from '../../model/te-data';
import { shortestPaths, type TrafficSet } from './traffic-set';

/** A set of the Meta format, whose nodes are numbered and whose tunnels name them. */
export function metaSet({ name, network, samples }: TeData): TrafficSet {
  const { nodes, capacity, tunnels } = network;
  const ids = new Map<number, number>();
  const linkCapacity: number[] = [];
  capacity.forEach((value, link) => {
    if (value <= 0) return;
    ids.set(link, linkCapacity.length);
    linkCapacity.push(value);
  });
  const linkOf = (from: number, to: number): number => {
    const id = ids.get(from * nodes + to);
    if (id === undefined) throw new RangeError(`${name}: a tunnel has no link ${from}-${to}`);
    return id;
  };
  const problem = pathProblem(
    linkCapacity,
    tunnels.map(({ paths }) =>
      paths.map((path) => path.slice(1).map((node, at) => linkOf(path[at]!, node))),
    ),
  );
  return {
    name,
    problem,
    matrices: samples.map(({ demand }) =>
      Float64Array.from(tunnels, (pair) => demand[pair.source * nodes + pair.destination] ?? 0),
    ),
    optima: samples.map(({ optimum }) => optimum),
    shortest: shortestPaths(problem),
  };
}
