import type { Segment, SegmentList } from '@weir/core/model';

/** One candidate path that Weir announces for a policy, in full: it is one leaf of the image. */
export interface CandidatePath {
  readonly preference: number;
  readonly segmentLists: readonly SegmentList[];
}

/** Which policy of the router it is a path of. */
export interface PolicyKey {
  readonly color: number;
  /** IPv4 or IPv6 address in its usual spelling. */
  readonly endpoint: string;
}

export const SR_POLICIES = '/bgp/sr-policies';

/**
 * Tells Weir's candidate path of a policy from those of others (RFC 9256, 2.5). One is enough: a
 * new one takes the place of the one before.
 */
export const DISTINGUISHER = 57_001;

export const candidatePathPath = ({ color, endpoint }: PolicyKey): string =>
  `${policyPath(color, endpoint)}/candidate-path[distinguisher=${DISTINGUISHER}]/config/segment-lists`;

export const policyPath = (color: number, endpoint: string): string =>
  `${SR_POLICIES}/policy[color=${color}][endpoint=${endpoint}]`;

const CANDIDATE_PATH =
  /^\/bgp\/sr-policies\/policy\[color=([1-9]\d{0,9})\]\[endpoint=([0-9a-f.:]+)\]\/candidate-path\[distinguisher=57001\]\/config\/segment-lists$/;

/** Null for any other path. The endpoint is taken as it stands; see candidatePathProblem. */
export function policyKeyOf(path: string): PolicyKey | null {
  const [, color, endpoint] = CANDIDATE_PATH.exec(path) ?? [];
  return color === undefined || endpoint === undefined ? null : { color: Number(color), endpoint };
}

/** Labels of Weir are numbers, SRv6 SIDs are addresses. */
export const isLabel = (segment: Segment): segment is number => typeof segment === 'number';
