import type { DeviceId } from './ids';

/** An MPLS label, 16..1048575, or an SRv6 SID as an IPv6 address in its usual spelling. */
export type Segment = number | string;

/** Explicit path, first segment first; all of its segments are of one kind (RFC 9256, 5.1). */
export interface SegmentList {
  /** Share of the traffic: this over the weights of all lists beside it; whole number from 1. */
  readonly weight: number;
  readonly segments: readonly Segment[];
}

/**
 * One candidate path of the policy <color, endpoint> of a headend (RFC 9256). Routes that carry the
 * colour and have the endpoint as next hop are steered into the valid path of highest preference.
 */
export interface SrPolicy {
  readonly device: DeviceId;
  /** 1..2^32-1 */
  readonly color: number;
  /** IPv4 or IPv6 address in its usual spelling. */
  readonly endpoint: string;
  /** 0..2^32-1; 100 is usual. */
  readonly preference: number;
  /** None at all withdraws what Weir announced for this colour and endpoint. */
  readonly segmentLists: readonly SegmentList[];
}

/** E2: traffic by explicit paths, for headends that take SR policies. */
export interface SrPolicyAction {
  readonly type: 'sr-policy';
  readonly policies: readonly SrPolicy[];
}
