import type { BgpSpeaker, LeafValue } from '@weir/core/model';
import {
  ASN,
  COMMUNITIES,
  LARGE_COMMUNITIES,
  LOCAL_PREFERENCE,
  MED,
  METHOD,
  nextHopPath,
  othersPath,
  sendMaxPath,
  SESSION,
  srPolicyPath,
} from '../announcement';
import type { Neighbours, Reading } from '../speaker';

/** Everything that the profile needs to know of a speaker, as leaves. */
export function imageOf(
  speaker: BgpSpeaker,
  reading: Reading,
  neighbours: Neighbours,
): ReadonlyMap<string, LeafValue> {
  const image = new Map<string, LeafValue>(reading.own);
  for (const [prefix, count] of reading.others) image.set(othersPath(prefix), count);
  image.set(SESSION, neighbours.session);
  for (const family of [4, 6] as const) image.set(sendMaxPath(family), neighbours.sendMax[family]);
  if (speaker.srPolicies === true)
    for (const family of [4, 6] as const)
      image.set(srPolicyPath(family), neighbours.srPolicies[family]);
  for (const [path, value] of settingsOf(speaker)) image.set(path, value);
  return image;
}

/** What the topology says. */
function settingsOf(speaker: BgpSpeaker): ReadonlyMap<string, LeafValue> {
  const { method, asn, localPreference, med, communities, largeCommunities, nextHops } = speaker;
  const leaves = new Map<string, LeafValue>([
    [METHOD, method],
    [ASN, asn],
  ]);
  if (localPreference !== null) leaves.set(LOCAL_PREFERENCE, localPreference);
  if (med !== null) leaves.set(MED, med);
  if (communities.length > 0) leaves.set(COMMUNITIES, communities.join());
  if (largeCommunities.length > 0)
    leaves.set(LARGE_COMMUNITIES, largeCommunities.map((one) => one.join(':')).join());
  for (const [iface, { ipv4, ipv6 }] of nextHops) {
    if (ipv4 !== null) leaves.set(nextHopPath(iface, 4), ipv4);
    if (ipv6 !== null) leaves.set(nextHopPath(iface, 6), ipv6);
  }
  return leaves;
}
