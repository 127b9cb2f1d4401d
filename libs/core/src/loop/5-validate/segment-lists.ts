import { refuse, type Result } from '../../base';
import type { DeviceId, Segment, SrPolicyAction } from '../../model';
import type { Pass } from '../pass';

/**
 * Refuses segment lists that lead nowhere: a node SID of the topology has to be reachable, over
 * links of the model that are not down, from the node SID before it or from the headend. Segments
 * that the topology does not know (adjacency and binding SIDs) are the routers' business: what comes
 * after one cannot be followed. Null when all of them resolve.
 */
export function unresolved(pass: Pass, { policies }: SrPolicyAction): Result<never> | null {
  const nodes = new Map<Segment, DeviceId>();
  for (const { id, nodeSid } of pass.env.topology.devices.values())
    if (nodeSid !== undefined) nodes.set(nodeSid, id);
  if (nodes.size === 0) return null;
  const links = linksUp(pass);
  for (const [p, { device, segmentLists }] of policies.entries())
    for (const [l, { segments }] of segmentLists.entries()) {
      let at: DeviceId | undefined = device;
      for (const [s, segment] of segments.entries()) {
        const next = nodes.get(segment);
        if (at !== undefined && next !== undefined && !reaches(links, at, next))
          return refuse(
            'no-alternative',
            `action.policies[${p}].segmentLists[${l}].segments[${s}]`,
            `${segment} is the node SID of ${next}, which no link of the topology that is up leads to from ${at}`,
          );
        at = next;
      }
    }
  return null;
}

type Links = ReadonlyMap<DeviceId, readonly DeviceId[]>;

/** What is told to be down is left out; what nothing is known of counts as up. */
function linksUp({ env, observed }: Pass): Links {
  const { frame } = observed;
  const links = new Map<DeviceId, DeviceId[]>();
  for (const { a, b } of env.topology.links) {
    const isDown = [a, b].some((port) => {
      const row = frame?.layout.channelIndex.get(`${port.device}:${port.interface}`) ?? -1;
      return frame?.channels.operStatus[row] === 0;
    });
    if (isDown) continue;
    for (const [from, to] of [
      [a.device, b.device],
      [b.device, a.device],
    ] as const)
      links.set(from, [...(links.get(from) ?? []), to]);
  }
  return links;
}

function reaches(links: Links, from: DeviceId, to: DeviceId): boolean {
  const seen = new Set([from]);
  for (const device of seen) {
    if (device === to) return true;
    for (const next of links.get(device) ?? []) seen.add(next);
  }
  return false;
}
