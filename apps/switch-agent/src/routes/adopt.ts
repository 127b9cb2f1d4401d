import { NO_OBJECT, prefixOf, type OwnedState } from '../kernel/owned-state';
import { groupKey, singleKey, type Allocation } from './allocation';
import { DROP, type StaticRoute } from './static-route';

/**
 * The configuration that owned kernel objects amount to, for an agent that lost its state file:
 * taking over what forwards now is safer than tearing it down.
 */
export function adoptRoutes(owned: OwnedState): {
  readonly routes: readonly StaticRoute[];
  readonly ids: Allocation;
} {
  const singles: Record<string, number> = {};
  const groups: Record<string, number> = {};
  const routes: StaticRoute[] = [];
  for (const [selector, id] of owned.routes) {
    const group = id === NO_OBJECT ? undefined : owned.groups.get(id);
    if (group === undefined) continue;
    const { members, buckets } = group;
    const nextHops = members.flatMap((member, position) => {
      const single = owned.singles.get(member.id);
      if (single === undefined) return [];
      const address = single.dev === '' ? DROP : single.gateway;
      const hop = { address, interface: single.dev };
      singles[singleKey(hop)] = member.id;
      return [{ index: String(position), ...hop, weight: member.weight }];
    });
    if (nextHops.length !== members.length) continue;
    const prefix = prefixOf(selector);
    groups[groupKey(prefix, buckets)] = id;
    routes.push({ prefix, metric: Number(selector.split(' ')[2] ?? 0), nextHops });
  }
  return { routes, ids: { singles, groups } };
}
