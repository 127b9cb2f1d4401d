import type { PathProblem } from '@weir/algorithms';

/** A network with its tunnels and the matrices that were measured on it, oldest first. */
export interface TrafficSet {
  readonly name: string;
  readonly problem: PathProblem;
  /** By commodity, in the unit of the capacities. */
  readonly matrices: readonly Float64Array[];
  /** Least maximum link utilisation of each matrix as published; null: not published. */
  readonly optima: readonly number[] | null;
  /** Share 1 on the first path with the fewest links of each commodity. */
  readonly shortest: Float64Array;
}

export function shortestPaths({ pathStart, linkStart }: PathProblem): Float64Array {
  const split = new Float64Array(linkStart.length - 1);
  for (let k = 0; k < pathStart.length - 1; k++) {
    let best = pathStart[k]!;
    for (let p = best + 1; p < pathStart[k + 1]!; p++)
      if (hops(linkStart, p) < hops(linkStart, best)) best = p;
    split[best] = 1;
  }
  return split;
}

const hops = (linkStart: Int32Array, path: number): number =>
  linkStart[path + 1]! - linkStart[path]!;
