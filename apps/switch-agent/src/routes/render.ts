import {
  BLACK_HOLE,
  prefixOf,
  routeSelector,
  type GroupMember,
  type OwnedGroup,
  type OwnedState,
  type SingleHop,
} from '../kernel/owned-state';
import { groupKey, singleKey, type Allocation } from './allocation';
import { DROP, type StaticRoute } from './static-route';

/**
 * The kernel objects that routes stand for. Next hops whose link is unusable are left out, as the
 * kernel itself removes them when a link goes down; a route without any usable one is left out.
 */
export function renderOwned(
  routes: readonly StaticRoute[],
  ids: Allocation,
  usable: (interfaceName: string) => boolean,
  buckets = 0,
): OwnedState {
  const singles = new Map<number, SingleHop>();
  const groups = new Map<number, OwnedGroup>();
  const table = new Map<string, number>();
  for (const route of routes) {
    const members: GroupMember[] = [];
    for (const hop of route.nextHops) {
      const id = ids.singles[singleKey(hop)];
      if (id === undefined) throw new Error(`no nexthop id for ${singleKey(hop)}`);
      const drop = hop.address === DROP;
      if (!drop && !usable(hop.interface)) continue;
      singles.set(id, drop ? BLACK_HOLE : { gateway: hop.address, dev: hop.interface });
      if (hop.weight > 0) members.push({ id, weight: hop.weight });
    }
    const group = ids.groups[groupKey(route.prefix, buckets)];
    if (group === undefined) throw new Error(`no nexthop id for ${route.prefix}`);
    if (members.length === 0) continue;
    groups.set(group, { members, buckets });
    table.set(routeSelector(route.prefix, route.metric), group);
  }
  return { singles, groups, routes: table };
}

/**
 * What the kernel should hold after a change of some prefixes: those as configured, all others as
 * they are now. Drift made by hand elsewhere is reported, not swept away by an unrelated change.
 */
export function withPrefixes(
  observed: OwnedState,
  configured: OwnedState,
  touched: ReadonlySet<string>,
  ids: Allocation,
): OwnedState {
  const routes = new Map(
    [...observed.routes].filter(([selector]) => !touched.has(prefixOf(selector))),
  );
  const groups = new Map(observed.groups);
  const singles = new Map(observed.singles);
  for (const [key, id] of Object.entries(ids.groups))
    if (touched.has(prefixOf(key))) groups.delete(id);
  for (const [selector, id] of configured.routes) {
    const group = configured.groups.get(id);
    if (group === undefined || !touched.has(prefixOf(selector))) continue;
    routes.set(selector, id);
    groups.set(id, group);
  }
  const known = new Set(Object.values(ids.singles));
  const inUse = new Set(
    [...groups.values()].flatMap((group) => group.members.map((member) => member.id)),
  );
  // Configured next hops of weight zero have an object too, ready to be used again.
  for (const [id, hop] of configured.singles) singles.set(id, hop);
  for (const id of singles.keys())
    if (known.has(id) && !configured.singles.has(id) && !inUse.has(id)) singles.delete(id);
  return { singles, groups, routes };
}
