/**
 * Commodities that may be split over fixed paths, on links with capacities: the path-based form of
 * minimising the maximum link utilisation (MLU). Flat arrays: the paths of commodity `k` are
 * `pathStart[k] .. pathStart[k + 1] - 1`, the links of path `p` are
 * `links[linkStart[p] .. linkStart[p + 1] - 1]`. A path may spread on its way, as traffic does behind
 * a next hop where the next tier hashes it: each of its links then has a part of it.
 */
export interface PathProblem {
  /** By link, above 0, in the unit of the demands. */
  readonly capacity: Float64Array;
  readonly pathStart: Int32Array;
  readonly linkStart: Int32Array;
  readonly links: Int32Array;
  /** Part of the path's traffic on each of its links, in the order of `links`; 1 where all of it. */
  readonly parts: Float64Array;
  /** Commodities with a path over each link. */
  readonly users: readonly Int32Array[];
}

/**
 * `paths[k]` are the paths of commodity `k`, each as link numbers; every commodity has one. `parts`
 * has the same shape; absent: a path has all of its traffic on each of its links.
 */
export function pathProblem(
  capacity: ArrayLike<number>,
  paths: readonly (readonly (readonly number[])[])[],
  parts?: readonly (readonly (readonly number[])[])[],
): PathProblem {
  const flat = paths.flat();
  const pathStart = new Int32Array(paths.length + 1);
  paths.forEach((own, k) => {
    if (own.length === 0) throw new RangeError(`commodity ${k} has no path`);
    pathStart[k + 1] = (pathStart[k] ?? 0) + own.length;
  });
  const linkStart = new Int32Array(flat.length + 1);
  flat.forEach((path, p) => (linkStart[p + 1] = (linkStart[p] ?? 0) + path.length));
  const users = Array.from(capacity, () => new Set<number>());
  paths.forEach((own, k) => own.flat().forEach((link) => users[link]?.add(k)));
  return {
    capacity: Float64Array.from(capacity),
    pathStart,
    linkStart,
    links: Int32Array.from(flat.flat()),
    parts:
      parts === undefined
        ? new Float64Array(linkStart[flat.length] ?? 0).fill(1)
        : Float64Array.from(parts.flat(2)),
    users: users.map((set) => Int32Array.from(set)),
  };
}

export const commodityCount = (problem: PathProblem): number => problem.pathStart.length - 1;
export const pathCount = (problem: PathProblem): number => problem.linkStart.length - 1;

/** Every commodity in equal parts over its paths: shares 0..1 by path. */
export function evenSplit(problem: PathProblem): Float64Array {
  const split = new Float64Array(pathCount(problem));
  for (let k = 0; k < commodityCount(problem); k++) {
    const [first, end] = [problem.pathStart[k]!, problem.pathStart[k + 1]!];
    split.fill(1 / (end - first), first, end);
  }
  return split;
}

/** Load of each link, in the unit of the demands, written into `into`. */
export function addLoads(
  problem: PathProblem,
  demand: ArrayLike<number>,
  split: Float64Array,
  into: Float64Array,
): Float64Array {
  const { pathStart, linkStart, links, parts } = problem;
  into.fill(0);
  for (let k = 0; k < pathStart.length - 1; k++) {
    const volume = demand[k]!;
    if (volume === 0) continue;
    for (let p = pathStart[k]!; p < pathStart[k + 1]!; p++) {
      const part = volume * split[p]!;
      if (part === 0) continue;
      for (let at = linkStart[p]!; at < linkStart[p + 1]!; at++)
        into[links[at]!] = into[links[at]!]! + part * parts[at]!;
    }
  }
  return into;
}

/** Maximum link utilisation of a split under a demand. */
export function mluOf(
  problem: PathProblem,
  demand: ArrayLike<number>,
  split: Float64Array,
): number {
  const load = addLoads(problem, demand, split, new Float64Array(problem.capacity.length));
  return largestRatio(load, problem.capacity);
}

export function largestRatio(load: Float64Array, capacity: Float64Array): number {
  let most = 0;
  for (let e = 0; e < load.length; e++) most = Math.max(most, load[e]! / capacity[e]!);
  return most;
}
