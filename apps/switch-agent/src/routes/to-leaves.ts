import type { LeafValue } from '@weir/gnmi';
import { nextHopPath, staticPath } from './paths';
import { defaultMetric, DROP, type StaticNextHop, type StaticRoute } from './static-route';

/** The configuration leaves of routes; `routesFromLeaves` reads them back to the same routes. */
export function leavesOfRoutes(
  routes: readonly StaticRoute[],
): readonly (readonly [path: string, value: LeafValue])[] {
  return routes.flatMap((route) => [
    [`${staticPath(route.prefix)}/config/prefix`, route.prefix] as const,
    ...route.nextHops.flatMap((hop) => leavesOfHop(route, hop)),
  ]);
}

function leavesOfHop(route: StaticRoute, hop: StaticNextHop): (readonly [string, LeafValue])[] {
  const at = nextHopPath(route.prefix, hop.index);
  const leaves: (readonly [string, LeafValue])[] = [
    [`${at}/config/index`, hop.index],
    [`${at}/config/next-hop`, hop.address],
    [`${at}/config/wecmp-weight`, String(hop.weight)],
  ];
  if (hop.address !== DROP) leaves.push([`${at}/interface-ref/config/interface`, hop.interface]);
  if (route.metric !== defaultMetric(route.prefix))
    leaves.push([`${at}/config/preference`, route.metric]);
  return leaves;
}
