/** A directed link between two nodes; `cost` above 0. */
export interface WeightedLink {
  readonly from: number;
  readonly to: number;
  readonly cost: number;
}

interface Found {
  readonly links: readonly number[];
  readonly cost: number;
}

/**
 * Up to `count` loop-free paths from one node to another, cheapest first, each as link numbers
 * (Yen's algorithm). Empty where there is no way.
 */
export function kShortestPaths(
  links: readonly WeightedLink[],
  from: number,
  to: number,
  count: number,
): number[][] {
  const outgoing = linksByOrigin(links);
  const best = cheapest(links, outgoing, from, to, new Set(), new Set());
  if (best === null) return [];
  const chosen: Found[] = [best];
  const candidates = new Map<string, Found>();
  while (chosen.length < count) {
    for (const found of detours(links, outgoing, to, chosen)) {
      const key = found.links.join();
      if (!chosen.some((path) => path.links.join() === key)) candidates.set(key, found);
    }
    let next: [string, Found] | null = null;
    for (const entry of candidates) if (next === null || entry[1].cost < next[1].cost) next = entry;
    if (next === null) break;
    candidates.delete(next[0]);
    chosen.push(next[1]);
  }
  return chosen.map((path) => [...path.links]);
}

/** From each node of the last path a way that none of the chosen takes. */
function detours(
  links: readonly WeightedLink[],
  outgoing: ReadonlyMap<number, readonly number[]>,
  to: number,
  chosen: readonly Found[],
): Found[] {
  const last = chosen.at(-1)?.links ?? [];
  const found: Found[] = [];
  const visited = new Set<number>();
  let spent = 0;
  last.forEach((link, at) => {
    const { from, cost } = links[link]!;
    const root = last.slice(0, at);
    const taken = chosen
      .filter((path) => root.every((own, i) => path.links[i] === own))
      .map((path) => path.links[at]!);
    const rest = cheapest(links, outgoing, from, to, new Set(taken), visited);
    if (rest !== null) found.push({ links: [...root, ...rest.links], cost: spent + rest.cost });
    visited.add(from);
    spent += cost;
  });
  return found;
}

/** Dijkstra's algorithm without some links and nodes; ties go to the lower link number. */
function cheapest(
  links: readonly WeightedLink[],
  outgoing: ReadonlyMap<number, readonly number[]>,
  from: number,
  to: number,
  withoutLinks: ReadonlySet<number>,
  withoutNodes: ReadonlySet<number>,
): Found | null {
  const open = new Map<number, number>([[from, 0]]);
  const closed = new Set<number>(withoutNodes);
  const arrival = new Map<number, number>();
  while (open.size > 0) {
    let [node, cost] = [-1, Infinity];
    for (const [one, its] of open) if (its < cost) [node, cost] = [one, its];
    if (node === to) return { links: backFrom(to, from, links, arrival), cost };
    open.delete(node);
    closed.add(node);
    for (const link of outgoing.get(node) ?? []) {
      const { to: next, cost: step } = links[link]!;
      if (withoutLinks.has(link) || closed.has(next)) continue;
      if (cost + step >= (open.get(next) ?? Infinity)) continue;
      open.set(next, cost + step);
      arrival.set(next, link);
    }
  }
  return null;
}

function backFrom(
  to: number,
  from: number,
  links: readonly WeightedLink[],
  arrival: ReadonlyMap<number, number>,
): number[] {
  const path: number[] = [];
  for (let node = to; node !== from;) {
    const link = arrival.get(node)!;
    path.unshift(link);
    node = links[link]!.from;
  }
  return path;
}

function linksByOrigin(links: readonly WeightedLink[]): Map<number, number[]> {
  const outgoing = new Map<number, number[]>();
  links.forEach(({ from }, link) => {
    const own = outgoing.get(from);
    if (own === undefined) outgoing.set(from, [link]);
    else own.push(link);
  });
  return outgoing;
}
