import { bitsOf, formatIp, parsePrefix } from '@weir/contracts';
import { assert } from '@weir/core/base';
import { gobgp, gobgpAttribute as attribute, type Any } from '@weir/proto-gen';
import {
  attributeProblem,
  isOwnIdentifier,
  prefixProblem,
  type Announcement,
  type PathKey,
} from '../announcement';
import { pack } from './any';

export const familyOf = (family: 4 | 6): gobgp.Family => ({
  afi: family === 4 ? gobgp.Family_Afi.AFI_IP : gobgp.Family_Afi.AFI_IP6,
  safi: gobgp.Family_Safi.SAFI_UNICAST,
});

/**
 * The path as the speaker takes it. What is wrong was refused long before; here it is a defect,
 * because the speaker would pass it on and the router would reset the session.
 */
export function encodePath(key: PathKey, announcement: Announcement): gobgp.Path {
  const parsed = parsePrefix(key.prefix);
  assert(parsed.ok && prefixProblem(key.prefix) === null, `bad prefix ${key.prefix}`);
  assert(parsed.length <= bitsOf(parsed.network.family), `bad length of ${key.prefix}`);
  assert(isOwnIdentifier(key.identifier), `identifier ${key.identifier} is not ours`);
  assert(attributeProblem(announcement) === null, 'bad attributes');
  const { family } = parsed.network;
  const nlri = pack('IPAddressPrefix', attribute.IPAddressPrefix, {
    prefix: formatIp(parsed.network),
    prefixLen: parsed.length,
  });
  return gobgp.Path.create({
    nlri,
    family: familyOf(family),
    identifier: key.identifier,
    pattrs: [
      // The same origin on all paths: routers do not share out paths whose origins differ.
      pack('OriginAttribute', attribute.OriginAttribute, { origin: 0 }),
      nextHop(family, nlri, announcement.nextHop),
      ...optional(announcement),
    ],
  });
}

/** Next hops of IPv6 travel in MP_REACH_NLRI. */
function nextHop(family: 4 | 6, nlri: Any, address: string): Any {
  if (family === 4)
    return pack('NextHopAttribute', attribute.NextHopAttribute, { nextHop: address });
  return pack('MpReachNLRIAttribute', attribute.MpReachNLRIAttribute, {
    family: familyOf(6),
    nextHops: [address],
    nlris: [nlri],
  });
}

function optional(announcement: Announcement): Any[] {
  const { bandwidth, localPreference, med, communities, largeCommunities } = announcement;
  const attributes: Any[] = [];
  if (localPreference !== null)
    attributes.push(
      pack('LocalPrefAttribute', attribute.LocalPrefAttribute, { localPref: localPreference }),
    );
  if (med !== null)
    attributes.push(pack('MultiExitDiscAttribute', attribute.MultiExitDiscAttribute, { med }));
  if (communities.length > 0)
    attributes.push(
      pack('CommunitiesAttribute', attribute.CommunitiesAttribute, {
        communities: [...communities],
      }),
    );
  if (bandwidth !== null)
    attributes.push(
      pack('ExtendedCommunitiesAttribute', attribute.ExtendedCommunitiesAttribute, {
        communities: [
          pack('LinkBandwidthExtended', attribute.LinkBandwidthExtended, {
            asn: bandwidth.asn,
            bandwidth: bandwidth.bytesPerSecond,
          }),
        ],
      }),
    );
  if (largeCommunities.length > 0)
    attributes.push(
      pack('LargeCommunitiesAttribute', attribute.LargeCommunitiesAttribute, {
        communities: largeCommunities.map(([globalAdmin, localData1, localData2]) => ({
          globalAdmin,
          localData1,
          localData2,
        })),
      }),
    );
  return attributes;
}
