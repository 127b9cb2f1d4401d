import { formatIp, parseIp } from '@weir/contracts';
import { gobgpAttribute as attribute, type Any, type gobgp } from '@weir/proto-gen';
import {
  announcementText,
  ascending,
  ascendingLarge,
  isOwnIdentifier,
  type Announcement,
} from '../announcement';
import { nameOf, unpack } from './any';

/** A path that was added by the API, ours or somebody else's. */
export interface LocalPath {
  readonly prefix: string;
  readonly identifier: number;
  readonly own: boolean;
  /** Announcement in its one spelling; `unreadable ...` when it has attributes that we never send. */
  readonly text: string;
}

/** Null for paths that the speaker learned from a neighbour, and for what is no prefix. */
export function decodePath(path: gobgp.Path): LocalPath | null {
  if (parseIp(path.neighborIp) !== null || path.isWithdraw) return null;
  if (path.nlri === undefined || nameOf(path.nlri) !== 'IPAddressPrefix') return null;
  const { prefix, prefixLen } = unpack(path.nlri, attribute.IPAddressPrefix);
  const { identifier } = path;
  return {
    prefix: `${spelled(prefix)}/${prefixLen}`,
    identifier,
    own: isOwnIdentifier(identifier),
    text: textOf(path.pattrs),
  };
}

function spelled(address: string): string {
  const parsed = parseIp(address);
  return parsed === null ? address : formatIp(parsed);
}

type Draft = { -readonly [Key in keyof Announcement]: Announcement[Key] };

function textOf(attributes: readonly Any[]): string {
  const draft: Draft = {
    nextHop: '',
    bandwidth: null,
    localPreference: null,
    med: null,
    communities: [],
    largeCommunities: [],
  };
  const unreadable = attributes.filter((any) => !take(draft, any)).map(nameOf);
  if (unreadable.length > 0) return `unreadable ${unreadable.sort().join(',')}`;
  return announcementText(draft);
}

/** Puts one attribute into the draft; false when it says something that we never send. */
function take(draft: Draft, any: Any): boolean {
  switch (nameOf(any)) {
    case 'OriginAttribute':
      return unpack(any, attribute.OriginAttribute).origin === 0;
    case 'NextHopAttribute':
      draft.nextHop = spelled(unpack(any, attribute.NextHopAttribute).nextHop);
      return true;
    case 'MpReachNLRIAttribute': {
      const { nextHops } = unpack(any, attribute.MpReachNLRIAttribute);
      draft.nextHop = spelled(nextHops[0] ?? '');
      return nextHops.length === 1;
    }
    case 'LocalPrefAttribute':
      draft.localPreference = unpack(any, attribute.LocalPrefAttribute).localPref;
      return true;
    case 'MultiExitDiscAttribute':
      draft.med = unpack(any, attribute.MultiExitDiscAttribute).med;
      return true;
    case 'CommunitiesAttribute':
      draft.communities = ascending(unpack(any, attribute.CommunitiesAttribute).communities);
      return true;
    case 'LargeCommunitiesAttribute':
      draft.largeCommunities = ascendingLarge(
        unpack(any, attribute.LargeCommunitiesAttribute).communities.map(
          ({ globalAdmin, localData1, localData2 }) =>
            [globalAdmin, localData1, localData2] as const,
        ),
      );
      return true;
    case 'ExtendedCommunitiesAttribute':
      return takeBandwidth(draft, any);
    default:
      return false;
  }
}

function takeBandwidth(draft: Draft, any: Any): boolean {
  const { communities } = unpack(any, attribute.ExtendedCommunitiesAttribute);
  const [only, ...more] = communities;
  if (only === undefined) return true;
  if (more.length > 0 || nameOf(only) !== 'LinkBandwidthExtended') return false;
  const { asn, bandwidth } = unpack(only, attribute.LinkBandwidthExtended);
  draft.bandwidth = { asn, bytesPerSecond: bandwidth };
  return true;
}
