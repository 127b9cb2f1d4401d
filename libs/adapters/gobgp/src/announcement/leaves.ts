import type { LeafValue } from '@weir/core/model';

/**
 * The canonical subtree of a speaker's image.
 *
 *     /bgp/announcements/prefix[prefix=P]/path[identifier=N]/config/announcement   written by Weir
 *     /bgp/sr-policies/policy[color=C][endpoint=E]/...   written by Weir, see ../sr-policy
 *     /bgp/speaker/state/...                     how the speaker is and what the topology says
 *     /bgp/others/prefix[prefix=P]/state/paths   paths that somebody else announces by the speaker
 *
 * Only the first two are ever written. The others are read-only, so that the profile can be a pure
 * function of the image.
 */
export const ANNOUNCEMENTS = '/bgp/announcements';
export const SPEAKER = '/bgp/speaker';
export const OTHERS = '/bgp/others';

/** Additional-path identifiers of Weir's own paths; whatever has another one is somebody else's. */
export const FIRST_IDENTIFIER = 57_001;
export const LAST_IDENTIFIER = 57_999;

export const isOwnIdentifier = (identifier: number): boolean =>
  identifier >= FIRST_IDENTIFIER && identifier <= LAST_IDENTIFIER;

/** Which path of which prefix; together they name one path of ours in the speaker. */
export interface PathKey {
  readonly prefix: string;
  readonly identifier: number;
}

export const prefixPath = (prefix: string): string => `${ANNOUNCEMENTS}/prefix[prefix=${prefix}]`;

export const announcementPath = ({ prefix, identifier }: PathKey): string =>
  `${prefixPath(prefix)}/path[identifier=${identifier}]/config/announcement`;

const ANNOUNCEMENT =
  /^\/bgp\/announcements\/prefix\[prefix=([^\]\\]+)\]\/path\[identifier=([1-9]\d{0,9})\]\/config\/announcement$/;

/** Null for any other path. The prefix is taken as it stands; see prefixProblem. */
export function pathKeyOf(path: string): PathKey | null {
  const [, prefix, identifier] = ANNOUNCEMENT.exec(path) ?? [];
  if (prefix === undefined || identifier === undefined) return null;
  return { prefix, identifier: Number(identifier) };
}

export const othersPath = (prefix: string): string =>
  `${OTHERS}/prefix[prefix=${prefix}]/state/paths`;

export const METHOD = `${SPEAKER}/state/method`;
/** Attributes of every announcement, as the text of one without next hop and bandwidth. */
export const LOCAL_PREFERENCE = `${SPEAKER}/state/local-preference`;
export const MED = `${SPEAKER}/state/med`;
export const COMMUNITIES = `${SPEAKER}/state/communities`;
export const LARGE_COMMUNITIES = `${SPEAKER}/state/large-communities`;
export const ASN = `${SPEAKER}/state/asn`;
/** `established`, or how else the session with the router is. */
export const SESSION = `${SPEAKER}/state/session`;
/** Paths of one prefix that the router is sent at most, by family. */
export const sendMaxPath = (family: 4 | 6): string =>
  `${SPEAKER}/afi-safis/afi-safi[name=ipv${family}-unicast]/state/send-max`;

/** True where the session with the router carries SR policies of a family. */
export const srPolicyPath = (family: 4 | 6): string =>
  `${SPEAKER}/afi-safis/afi-safi[name=ipv${family}-srpolicy]/state/enabled`;

const NEXT_HOP =
  /^\/bgp\/speaker\/next-hops\/next-hop\[interface=(.+)\]\/state\/ipv([46])-address$/;

export const nextHopPath = (iface: string, family: 4 | 6): string =>
  `${SPEAKER}/next-hops/next-hop[interface=${escaped(iface)}]/state/ipv${family}-address`;

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll(']', '\\]');
const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1');

/** Interfaces of a router by the address behind them, of one family. */
export function nextHopsIn(
  image: ReadonlyMap<string, LeafValue>,
  family: 4 | 6,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [path, address] of image) {
    const [, iface, of] = NEXT_HOP.exec(path) ?? [];
    if (iface !== undefined && Number(of) === family) found.set(unescaped(iface), String(address));
  }
  return found;
}
