/** What the operator of the lab had configured before an incident, as leaves of gNMI Sets. */
import { leavesOf, STATIC } from './gnmi-routes.mjs';
import { SCHEDULER } from './initial-qos.mjs';
import { hosts, initialRoutes } from './topology.mjs';

/**
 * Routes of `device` towards all hosts of `leaf` with these weights by uplink; an uplink that is not
 * named is no next hop at all.
 */
export async function pinRoutes(lab, device, leaf, weights) {
  const wanted = new Set(hosts.filter((host) => host.leaf === leaf).map((host) => host.prefix));
  const routes = initialRoutes(device).filter((route) => wanted.has(route.prefix));
  const deletes = routes.flatMap(({ prefix, nextHops }) =>
    nextHops.flatMap((hop, index) =>
      hop.interface in weights
        ? []
        : [`${STATIC}/static[prefix=${prefix}]/next-hops/next-hop[index=${index}]`],
    ),
  );
  const pinned = routes.map(({ prefix, nextHops }) => ({
    prefix,
    nextHops: nextHops
      .filter((hop) => hop.interface in weights)
      .map((hop) => ({ ...hop, weight: weights[hop.interface] })),
  }));
  await lab.setLeaves(device, leavesOf(pinned), { deletes });
}

/** Weights of the queues in the scheduler that all ports of `device` share. */
export function schedulerWeights(lab, device, weights) {
  const scheduler = `/qos/scheduler-policies/scheduler-policy[name=${SCHEDULER}]/schedulers/scheduler[sequence=1]`;
  return lab.setLeaves(
    device,
    Object.entries(weights).map(([queue, weight]) => [
      `${scheduler}/inputs/input[id=${queue}]/config/weight`,
      String(weight),
    ]),
  );
}
