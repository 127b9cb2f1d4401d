import { formatIp, isRoutableUnicast, parseIp, parsePrefix } from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import {
  ascending,
  ascendingLarge,
  attributeProblem,
  type Announcement,
  type LargeCommunity,
} from './announcement';

const communityText = (value: number): string => `${value >>> 16}:${value & 0xffff}`;

/**
 * `next-hop 10.1.1.1 bandwidth 6000000 asn 65000 local-preference 200 med 5 communities 65000:1,65000:2
 * large-communities 65000:1:2`: attributes in this order, those that are not sent left out. Two
 * announcements are the same when their texts are.
 */
export function announcementText(announcement: Announcement): string {
  const { nextHop, bandwidth, localPreference, med, communities, largeCommunities } = announcement;
  const words = ['next-hop', nextHop];
  if (bandwidth !== null)
    words.push('bandwidth', String(bandwidth.bytesPerSecond), 'asn', String(bandwidth.asn));
  if (localPreference !== null) words.push('local-preference', String(localPreference));
  if (med !== null) words.push('med', String(med));
  if (communities.length > 0)
    words.push('communities', ascending(communities).map(communityText).join());
  if (largeCommunities.length > 0)
    words.push(
      'large-communities',
      ascendingLarge(largeCommunities)
        .map((one) => one.join(':'))
        .join(),
    );
  return words.join(' ');
}

/** What it announces for `prefix`; refused with `schema-invalid` and what is wrong. */
export function parseAnnouncement(
  where: string,
  prefix: string,
  text: string,
): Result<Announcement> {
  const invalid = (reason: string) => refuse('schema-invalid', where, `${reason}: "${text}".`);
  const words = new Map<string, string>();
  const tokens = text.split(' ');
  for (let i = 0; i < tokens.length; i += 2) words.set(tokens[i] ?? '', tokens[i + 1] ?? '');
  const announcement = fromWords(words);
  if (announcement === null) return invalid('not an announcement as Weir writes it');
  const problem = attributeProblem(announcement);
  if (problem !== null) return invalid(problem);
  const hop = nextHopProblem(prefix, announcement.nextHop);
  if (hop !== null) return invalid(hop);
  // One spelling for each announcement, so that leaves compare by their text.
  if (announcementText(announcement) !== text)
    return invalid('not in its one spelling, or with something unknown');
  return ok(announcement);
}

function fromWords(words: ReadonlyMap<string, string>): Announcement | null {
  const number = (name: string): number | null => {
    const text = words.get(name);
    return text === undefined ? null : text === '' ? NaN : Number(text);
  };
  const list = <T>(name: string, one: (text: string) => T): readonly T[] =>
    (words.get(name)?.split(',') ?? []).map(one);
  const nextHop = words.get('next-hop');
  if (nextHop === undefined) return null;
  const bytesPerSecond = number('bandwidth');
  return {
    nextHop,
    bandwidth: bytesPerSecond === null ? null : { bytesPerSecond, asn: number('asn') ?? NaN },
    localPreference: number('local-preference'),
    med: number('med'),
    communities: list('communities', communityOf),
    largeCommunities: list('large-communities', largeCommunityOf),
  };
}

function communityOf(text: string): number {
  const [high = NaN, low = NaN, ...more] = text.split(':').map(Number);
  if (more.length > 0 || high > 0xffff || low > 0xffff) return NaN;
  return high * 65_536 + low;
}

function largeCommunityOf(text: string): LargeCommunity {
  const [a = NaN, b = NaN, c = NaN, ...more] = text.split(':').map(Number);
  return more.length > 0 ? [NaN, NaN, NaN] : [a, b, c];
}

/**
 * gobgpd takes any prefix length and any next hop, and the neighbour then resets the session, which
 * takes every route down: so nothing is sent that was not looked at here.
 */
function nextHopProblem(prefix: string, nextHop: string): string | null {
  const parsed = parsePrefix(prefix);
  if (!parsed.ok) return `prefix ${prefix} ${parsed.reason}`;
  const address = parseIp(nextHop);
  if (address === null || formatIp(address) !== nextHop)
    return `next hop ${nextHop} is not an address in its usual spelling`;
  if (address.family !== parsed.network.family)
    return `next hop ${nextHop} is not of the family of ${prefix}`;
  return isRoutableUnicast(address) ? null : `next hop ${nextHop} is not a unicast address`;
}

/** A prefix that may be announced; null when it may. */
export function prefixProblem(prefix: string): string | null {
  const parsed = parsePrefix(prefix);
  if (!parsed.ok) return parsed.reason;
  // The default route is all zeros, which is no address that anybody has.
  if (parsed.length === 0 || isRoutableUnicast(parsed.network)) return null;
  return 'not a prefix of unicast addresses that are routed';
}
