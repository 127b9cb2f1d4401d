import type { KernelNexthop, KernelRoute } from './ip-json';

/**
 * The part of the kernel's forwarding state that belongs to this agent, told apart by its route
 * protocol number. Everything else in the kernel is somebody else's and is never touched.
 */
export interface OwnedState {
  readonly singles: ReadonlyMap<number, SingleHop>;
  readonly groups: ReadonlyMap<number, OwnedGroup>;
  /** Group id by what selects a route; see `routeSelector`. */
  readonly routes: ReadonlyMap<string, number>;
}

/** One way out; without a link it is a black hole. */
export interface SingleHop {
  readonly gateway: string;
  readonly dev: string;
}

export interface OwnedGroup {
  readonly members: readonly GroupMember[];
  /** Hash buckets of a resilient group; 0: a plain one. */
  readonly buckets: number;
}

export interface GroupMember {
  readonly id: number;
  readonly weight: number;
}

/** Everything read from the kernel in one go. */
export interface KernelTables {
  readonly nexthops: readonly KernelNexthop[];
  readonly routes: readonly KernelRoute[];
}

/** In place of a group id: an owned route that was given next hops of its own by hand. */
export const NO_OBJECT = 0;

export const EMPTY_STATE: OwnedState = { singles: new Map(), groups: new Map(), routes: new Map() };

export const BLACK_HOLE: SingleHop = { gateway: '', dev: '' };

/** The words by which `ip route` tells one route from all others: `10.0.0.0/24 metric 5`. */
export const routeSelector = (prefix: string, metric: number): string =>
  metric === 0 ? prefix : `${prefix} metric ${metric}`;

export const prefixOf = (selector: string): string => selector.split(' ')[0] ?? selector;

export function ownedState(tables: KernelTables, protocol: number): OwnedState {
  const singles = new Map<number, SingleHop>();
  const groups = new Map<number, OwnedGroup>();
  const routes = new Map<string, number>();
  for (const nexthop of tables.nexthops) {
    if (nexthop.protocol !== protocol) continue;
    if (nexthop.kind === 'single')
      singles.set(nexthop.id, { gateway: nexthop.gateway, dev: nexthop.dev });
    if (nexthop.kind === 'blackhole') singles.set(nexthop.id, BLACK_HOLE);
    if (nexthop.kind === 'group')
      groups.set(nexthop.id, { members: nexthop.members, buckets: nexthop.buckets });
  }
  for (const route of tables.routes) {
    if (route.protocol === protocol)
      routes.set(routeSelector(route.prefix, route.metric), route.nexthopId ?? NO_OBJECT);
  }
  return { singles, groups, routes };
}

/** One line for each object in a fixed order: two states are the same when their lines are. */
export function ownedLines(state: OwnedState): readonly string[] {
  return [
    ...[...state.singles].map(([id, hop]) => `nexthop ${id} ${hopWords(hop).join(' ')}`),
    ...[...state.groups].map(([id, group]) => `group ${id} ${groupWords(group).join(' ')}`),
    ...[...state.routes].map(([selector, group]) => `route ${selector} nhid ${group}`),
  ].sort();
}

/** What is in `wanted` and not in `present`, and the other way round. */
export function ownedDifference(
  wanted: OwnedState,
  present: OwnedState,
): { readonly missing: readonly string[]; readonly unexpected: readonly string[] } {
  const [left, right] = [new Set(ownedLines(wanted)), new Set(ownedLines(present))];
  return {
    missing: [...left].filter((line) => !right.has(line)),
    unexpected: [...right].filter((line) => !left.has(line)),
  };
}

/** `via 10.0.0.1 dev eth0`, or `blackhole`: what `ip nexthop` takes. */
export function hopWords({ gateway, dev }: SingleHop): readonly string[] {
  if (dev === '') return ['blackhole'];
  return gateway === '' ? ['dev', dev] : ['via', gateway, 'dev', dev];
}

/**
 * `1,3/2,1`, and the kind of the group. No idle time: buckets that must move do so at once, with
 * the traffic that is in them, as taking load off a path is what a change of weights is for.
 */
export function groupWords({ members, buckets }: OwnedGroup): readonly string[] {
  const text = members.map((member) => `${member.id},${member.weight}`).join('/');
  if (buckets === 0) return [text];
  const timers = ['idle_timer', '0', 'unbalanced_timer', '0'];
  return [text, 'type', 'resilient', 'buckets', String(buckets), ...timers];
}

export const sameGroup = (one: OwnedGroup, other: OwnedGroup): boolean =>
  groupWords(one).join(' ') === groupWords(other).join(' ');
