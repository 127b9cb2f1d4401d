/** Static routes as leaves of OpenConfig. */
export const STATIC =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]/static-routes';

/** `[[path, value]]` of routes as `initialRoutes` of topology.mjs has them. */
export function leavesOf(routes) {
  return routes.flatMap(({ prefix, nextHops }) => {
    const route = `${STATIC}/static[prefix=${prefix}]`;
    return [
      [`${route}/config/prefix`, prefix],
      ...nextHops.flatMap((hop, index) => {
        const at = `${route}/next-hops/next-hop[index=${index}]`;
        return [
          [`${at}/config/index`, String(index)],
          [`${at}/config/next-hop`, hop.address],
          [`${at}/config/wecmp-weight`, String(hop.weight)],
          [`${at}/interface-ref/config/interface`, hop.interface],
        ];
      }),
    ];
  });
}
