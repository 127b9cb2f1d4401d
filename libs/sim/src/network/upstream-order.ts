import type { Network } from './network';

/** More than any fabric has tiers. */
const TOP = 1_000;

/**
 * A number for each channel that is lower the earlier packets come by: NICs, links up from the
 * leaves, links up from tiers above, links down, ports to hosts. A tier is the distance of a
 * switch from the nearest one with hosts.
 */
export function upstreamOrder(network: Network): Int32Array<ArrayBuffer> {
  const tiers = tiersOf(network);
  return Int32Array.from(network.channels, ({ device, peer }) => {
    if (device === -1) return 0;
    if (peer === -1) return 2 * TOP + 1;
    const [from, to] = [tiers[device] ?? TOP, tiers[peer] ?? TOP];
    if (to > from) return 1 + from;
    return to < from ? 2 * TOP - from : TOP;
  });
}

function tiersOf(network: Network): number[] {
  const tiers = network.spec.switches.map(() => TOP);
  let reached = [...new Set([...network.endpoints.values()].map(({ device }) => device))];
  for (let tier = 0; reached.length > 0; tier++) {
    for (const device of reached) tiers[device] = tier;
    const next = new Set<number>();
    for (const { device, peer } of network.channels)
      if (device !== -1 && peer !== -1 && tiers[device] === tier && tiers[peer] === TOP)
        next.add(peer);
    reached = [...next];
  }
  return tiers;
}
