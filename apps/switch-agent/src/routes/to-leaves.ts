import type { LeafValue } from '@weir/gnmi';
import { nextHopPath, staticPath } from './paths';
import type { StaticRoute } from './static-route';

/** The configuration leaves of routes; `routesFromLeaves` reads them back to the same routes. */
export function leavesOfRoutes(
  routes: readonly StaticRoute[],
): readonly (readonly [path: string, value: LeafValue])[] {
  return routes.flatMap((route) => [
    [`${staticPath(route.prefix)}/config/prefix`, route.prefix] as const,
    ...route.nextHops.flatMap((hop) => {
      const at = nextHopPath(route.prefix, hop.index);
      return [
        [`${at}/config/index`, hop.index],
        [`${at}/config/next-hop`, hop.address],
        [`${at}/config/wecmp-weight`, String(hop.weight)],
        [`${at}/interface-ref/config/interface`, hop.interface],
      ] as const;
    }),
  ]);
}
