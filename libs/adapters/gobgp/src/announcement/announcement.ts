/**
 * One path that Weir announces for a prefix, in full. It is one leaf of the image, because BGP
 * replaces a path as a whole: half a path can neither be sent nor be put back.
 */
export interface Announcement {
  /** Address of the next hop, in its usual spelling; its family is that of the prefix. */
  readonly nextHop: string;
  /** Link bandwidth community: bytes per second as an IEEE single, and the AS that names it. */
  readonly bandwidth: { readonly bytesPerSecond: number; readonly asn: number } | null;
  readonly localPreference: number | null;
  readonly med: number | null;
  /** 32 bits each, ascending. */
  readonly communities: readonly number[];
  readonly largeCommunities: readonly LargeCommunity[];
}

/** RFC 8092: global administrator and two numbers of its own, 32 bits each. */
export type LargeCommunity = readonly [number, number, number];

const UINT16 = 2 ** 16 - 1;
const UINT32 = 2 ** 32 - 1;
/** More do not fit into one attribute of usual length, and nobody needs them. */
export const MAX_COMMUNITIES = 64;

const isUint = (value: number, most: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= most;

/** Everything but the next hop, which only its prefix can judge; null when all is well. */
export function attributeProblem(announcement: Announcement): string | null {
  const { bandwidth, localPreference, med, communities, largeCommunities } = announcement;
  if (bandwidth !== null) {
    const { bytesPerSecond, asn } = bandwidth;
    if (!Number.isFinite(bytesPerSecond) || !(bytesPerSecond > 0))
      return `bandwidth ${bytesPerSecond} is not a positive number`;
    if (Math.fround(bytesPerSecond) !== bytesPerSecond)
      return `bandwidth ${bytesPerSecond} is no IEEE single; the router would see another`;
    if (!isUint(asn, UINT16)) return `asn ${asn} does not fit into 16 bits`;
  }
  if (localPreference !== null && !isUint(localPreference, UINT32))
    return `local-preference ${localPreference} does not fit into 32 bits`;
  if (med !== null && !isUint(med, UINT32)) return `med ${med} does not fit into 32 bits`;
  if (!communities.every((one) => isUint(one, UINT32)))
    return 'a community does not fit into 32 bits';
  if (!largeCommunities.every((one) => one.length === 3 && one.every((x) => isUint(x, UINT32))))
    return 'a large community is not three numbers of 32 bits';
  const count = Math.max(communities.length, largeCommunities.length);
  return count > MAX_COMMUNITIES ? `${count} communities, at most ${MAX_COMMUNITIES}` : null;
}

export const ascending = (communities: readonly number[]): readonly number[] =>
  [...communities].sort((a, b) => a - b);

export const ascendingLarge = (communities: readonly LargeCommunity[]): readonly LargeCommunity[] =>
  [...communities].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
