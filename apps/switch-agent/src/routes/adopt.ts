import { NO_OBJECT, type OwnedState } from '../kernel/owned-state';
import { singleKey, type Allocation } from './allocation';
import type { StaticRoute } from './static-route';

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
  for (const [prefix, group] of owned.routes) {
    const members = group === NO_OBJECT ? undefined : owned.groups.get(group);
    if (members === undefined) continue;
    const nextHops = members.flatMap((member, position) => {
      const single = owned.singles.get(member.id);
      if (single === undefined) return [];
      const hop = { address: single.gateway, interface: single.dev };
      singles[singleKey(hop)] = member.id;
      return [{ index: String(position), ...hop, weight: member.weight }];
    });
    if (nextHops.length !== members.length) continue;
    groups[prefix] = group;
    routes.push({ prefix, nextHops });
  }
  return { routes, ids: { singles, groups } };
}
