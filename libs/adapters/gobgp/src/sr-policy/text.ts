import {
  FIRST_LABEL,
  formatIp,
  isRoutableUnicast,
  LAST_LABEL,
  MAX_SEGMENT_LISTS,
  MAX_SEGMENTS,
  parseIp,
} from '@weir/contracts';
import { ok, refuse, type Result } from '@weir/core/base';
import type { Segment, SegmentList } from '@weir/core/model';
import { isLabel, type CandidatePath, type PolicyKey } from './candidate-path';

const UINT32 = 2 ** 32 - 1;

const isUint32 = (value: number, least: number): boolean =>
  Number.isInteger(value) && value >= least && value <= UINT32;

/**
 * `preference 200 weight 3 segments 16001,16002 weight 1 segments 16003`: two candidate paths are
 * the same when their texts are.
 */
export const candidatePathText = ({ preference, segmentLists }: CandidatePath): string =>
  [
    `preference ${preference}`,
    ...segmentLists.map(({ weight, segments }) => `weight ${weight} segments ${segments.join()}`),
  ].join(' ');

/** What it announces; refused with `schema-invalid` and what is wrong. */
export function parseCandidatePath(where: string, text: string): Result<CandidatePath> {
  const invalid = (reason: string) => refuse('schema-invalid', where, `${reason}: "${text}".`);
  const [name, preference = '', ...rest] = text.split(' ');
  if (name !== 'preference' || rest.length === 0 || rest.length % 4 !== 0)
    return invalid('not a candidate path as Weir writes it');
  const segmentLists: SegmentList[] = [];
  for (let i = 0; i < rest.length; i += 4) {
    const segments = (rest[i + 3] ?? '').split(',').map(segmentOf);
    segmentLists.push({ weight: Number(rest[i + 1]), segments });
  }
  const path = { preference: Number(preference), segmentLists };
  const problem = candidatePathProblem(path);
  if (problem !== null) return invalid(problem);
  // One spelling for each, so that leaves compare by their text.
  return candidatePathText(path) === text ? ok(path) : invalid('not in its one spelling');
}

const segmentOf = (text: string): Segment => (/^\d+$/.test(text) ? Number(text) : text);

/** A router that cannot read the message resets the session, so nothing is sent that was not checked. */
export function candidatePathProblem({ preference, segmentLists }: CandidatePath): string | null {
  if (!isUint32(preference, 0)) return `preference ${preference} does not fit into 32 bits`;
  if (segmentLists.length === 0) return 'no segment list';
  if (segmentLists.length > MAX_SEGMENT_LISTS)
    return `${segmentLists.length} segment lists, at most ${MAX_SEGMENT_LISTS}`;
  for (const list of segmentLists) {
    const problem = listProblem(list);
    if (problem !== null) return problem;
  }
  return null;
}

function listProblem({ weight, segments }: SegmentList): string | null {
  if (!isUint32(weight, 1)) return `weight ${weight} is not a whole number of 32 bits above 0`;
  if (segments.length === 0 || segments.length > MAX_SEGMENTS)
    return `${segments.length} segments, 1 to ${MAX_SEGMENTS} are allowed`;
  if (new Set(segments.map(isLabel)).size > 1)
    return 'labels and SRv6 SIDs do not go together in one list (RFC 9256)';
  const bad = segments.find((segment) => !isSegment(segment));
  return bad === undefined ? null : `${bad} is neither a label of 16..1048575 nor an SRv6 SID`;
}

function isSegment(segment: Segment): boolean {
  if (isLabel(segment))
    return Number.isInteger(segment) && segment >= FIRST_LABEL && segment <= LAST_LABEL;
  const address = parseIp(segment);
  return address?.family === 6 && isRoutableUnicast(address) && formatIp(address) === segment;
}

/** Null when a policy of this colour and endpoint can be announced. */
export function policyProblem({ color, endpoint }: PolicyKey): string | null {
  if (!isUint32(color, 1)) return `color ${color} is not 1..${UINT32}`;
  const address = parseIp(endpoint);
  if (address === null || formatIp(address) !== endpoint)
    return `endpoint ${endpoint} is no address in its usual spelling`;
  return isRoutableUnicast(address) ? null : `endpoint ${endpoint} is no unicast address`;
}
