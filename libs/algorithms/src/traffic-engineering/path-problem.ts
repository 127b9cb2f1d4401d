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
  let pathCount = 0;
  let linkCount = 0;
  paths.forEach((own, k) => {
    if (own.length === 0) throw new RangeError(`commodity ${k} has no path`);
    pathCount += own.length;
    for (const path of own) linkCount += path.length;
  });
  const pathStart = new Int32Array(paths.length + 1);
  const linkStart = new Int32Array(pathCount + 1);
  const links = new Int32Array(linkCount);
  const portions = new Float64Array(linkCount).fill(1);
  let [p, at] = [0, 0];
  paths.forEach((own, k) => {
    own.forEach((path, way) => {
      path.forEach((link, n) => {
        links[at] = link;
        if (parts !== undefined) portions[at] = parts[k]?.[way]?.[n] ?? 1;
        at++;
      });
      linkStart[++p] = at;
    });
    pathStart[k + 1] = p;
  });
  const form = { pathStart, linkStart, links };
  return {
    ...form,
    capacity: Float64Array.from(capacity),
    parts: portions,
    users: usersOf(form, capacity.length),
  };
}

/** Commodities with a path over each link, each named once. */
function usersOf(
  { pathStart, linkStart, links }: Pick<PathProblem, 'pathStart' | 'linkStart' | 'links'>,
  linkCount: number,
): readonly Int32Array[] {
  const users = Array.from({ length: linkCount }, (): number[] => []);
  for (let k = 0; k < pathStart.length - 1; k++)
    for (let at = linkStart[pathStart[k]!]!; at < linkStart[pathStart[k + 1]!]!; at++) {
      const own = users[links[at]!];
      if (own !== undefined && own.at(-1) !== k) own.push(k);
    }
  return users.map((own) => Int32Array.from(own));
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
