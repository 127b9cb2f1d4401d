import type { KernelNexthop, KernelRoute } from './ip-json';

/**
 * The part of the kernel's forwarding state that belongs to this agent, told apart by its route
 * protocol number. Everything else in the kernel is somebody else's and is never touched.
 */
export interface OwnedState {
  readonly singles: ReadonlyMap<number, { readonly gateway: string; readonly dev: string }>;
  readonly groups: ReadonlyMap<number, readonly GroupMember[]>;
  /** Group id by prefix. */
  readonly routes: ReadonlyMap<string, number>;
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

export function ownedState(tables: KernelTables, protocol: number): OwnedState {
  const singles = new Map<number, { gateway: string; dev: string }>();
  const groups = new Map<number, readonly GroupMember[]>();
  const routes = new Map<string, number>();
  for (const nexthop of tables.nexthops) {
    if (nexthop.protocol !== protocol) continue;
    if (nexthop.kind === 'single')
      singles.set(nexthop.id, { gateway: nexthop.gateway, dev: nexthop.dev });
    if (nexthop.kind === 'group') groups.set(nexthop.id, nexthop.members);
  }
  for (const route of tables.routes) {
    if (route.protocol === protocol && route.metric === 0)
      routes.set(route.prefix, route.nexthopId ?? NO_OBJECT);
  }
  return { singles, groups, routes };
}

/** One line for each object in a fixed order: two states are the same when their lines are. */
export function ownedLines(state: OwnedState): readonly string[] {
  return [
    ...[...state.singles].map(([id, hop]) => `nexthop ${id} via ${hop.gateway} dev ${hop.dev}`),
    ...[...state.groups].map(([id, members]) => `group ${id} ${groupText(members)}`),
    ...[...state.routes].map(([prefix, group]) => `route ${prefix} nhid ${group}`),
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

/** `1,3/2,1`: the form that `ip nexthop` takes. */
export const groupText = (members: readonly GroupMember[]): string =>
  members.map((member) => `${member.id},${member.weight}`).join('/');
