import type { GroupMember, OwnedState } from '../kernel/owned-state';
import { singleKey, type Allocation } from './allocation';
import type { StaticRoute } from './static-route';

/**
 * The kernel objects that routes stand for. Next hops whose link is unusable are left out, as the
 * kernel itself removes them when a link goes down; a route without any usable one is left out.
 */
export function renderOwned(
  routes: readonly StaticRoute[],
  ids: Allocation,
  usable: (interfaceName: string) => boolean,
): OwnedState {
  const singles = new Map<number, { gateway: string; dev: string }>();
  const groups = new Map<number, readonly GroupMember[]>();
  const table = new Map<string, number>();
  for (const route of routes) {
    const members: GroupMember[] = [];
    for (const hop of route.nextHops) {
      const id = ids.singles[singleKey(hop)];
      if (id === undefined) throw new Error(`no nexthop id for ${singleKey(hop)}`);
      if (!usable(hop.interface)) continue;
      singles.set(id, { gateway: hop.address, dev: hop.interface });
      if (hop.weight > 0) members.push({ id, weight: hop.weight });
    }
    const group = ids.groups[route.prefix];
    if (group === undefined) throw new Error(`no nexthop id for ${route.prefix}`);
    if (members.length === 0) continue;
    groups.set(group, members);
    table.set(route.prefix, group);
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
  const routes = new Map(observed.routes);
  const groups = new Map(observed.groups);
  const singles = new Map(observed.singles);
  for (const prefix of touched) {
    routes.delete(prefix);
    const group = ids.groups[prefix];
    if (group !== undefined) groups.delete(group);
    const target = configured.routes.get(prefix);
    if (target === undefined) continue;
    const members = configured.groups.get(target) ?? [];
    routes.set(prefix, target);
    groups.set(target, members);
  }
  const known = new Set(Object.values(ids.singles));
  const inUse = new Set([...groups.values()].flat().map((member) => member.id));
  // Configured next hops of weight zero have an object too, ready to be used again.
  for (const [id, hop] of configured.singles) singles.set(id, hop);
  for (const id of singles.keys())
    if (known.has(id) && !configured.singles.has(id) && !inUse.has(id)) singles.delete(id);
  return { singles, groups, routes };
}
