import type { StaticRoute } from './static-route';

/**
 * Which kernel nexthop id stands for which next hop and which prefix. Ids stay with what they were
 * first given to, so that undoing a change brings back the same objects, not merely equal ones.
 */
export interface Allocation {
  /** key: `address|interface` */
  readonly singles: Readonly<Record<string, number>>;
  /** key: see `groupKey` */
  readonly groups: Readonly<Record<string, number>>;
}

export const NO_ALLOCATION: Allocation = { singles: {}, groups: {} };

export interface IdRange {
  readonly singlesFrom: number;
  readonly groupsFrom: number;
  /** Ids of each kind; also the limit on remembered ids. */
  readonly count: number;
}

export const DEFAULT_IDS: IdRange = { singlesFrom: 10_000, groupsFrom: 20_000, count: 10_000 };

export const singleKey = (hop: { readonly address: string; readonly interface: string }): string =>
  `${hop.address}|${hop.interface}`;

/** A group never becomes one of another kind or size: each has an id of its own. */
export const groupKey = (prefix: string, buckets: number): string =>
  buckets === 0 ? prefix : `${prefix} resilient ${buckets}`;

/**
 * Extends an allocation to the routes; `taken` are ids that other programs hold in the kernel.
 * Returns null when the range is used up.
 */
export function allocate(
  previous: Allocation,
  routes: readonly StaticRoute[],
  taken: ReadonlySet<number>,
  range: IdRange = DEFAULT_IDS,
  buckets = 0,
): Allocation | null {
  const hops = routes.flatMap((route) => route.nextHops.map(singleKey));
  const prefixes = routes.map((route) => groupKey(route.prefix, buckets));
  const singles = extend(previous.singles, hops, taken, range.singlesFrom, range.count);
  const groups = extend(previous.groups, prefixes, taken, range.groupsFrom, range.count);
  return singles === null || groups === null ? null : { singles, groups };
}

function extend(
  previous: Readonly<Record<string, number>>,
  keys: readonly string[],
  taken: ReadonlySet<number>,
  from: number,
  count: number,
): Readonly<Record<string, number>> | null {
  const wanted = new Set(keys);
  let kept = new Map(Object.entries(previous).filter(([, id]) => !taken.has(id)));
  const missing = [...wanted].filter((key) => !kept.has(key));
  // Forget what is not in use only when the room is needed: a later undo may want it back.
  if (kept.size + missing.length > count)
    kept = new Map([...kept].filter(([key]) => wanted.has(key)));
  const used = new Set([...kept.values(), ...taken]);
  let candidate = from;
  for (const key of missing) {
    while (used.has(candidate)) candidate += 1;
    if (candidate >= from + count) return null;
    kept.set(key, candidate);
    used.add(candidate);
  }
  return Object.fromEntries(kept);
}
