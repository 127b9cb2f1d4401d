import { formatIp, parseIp } from '@weir/contracts';
import { assert } from '@weir/core/base';
import type { Segment, SegmentList } from '@weir/core/model';
import { gobgp, gobgpAttribute as attribute, type Any } from '@weir/proto-gen';
import {
  candidatePathProblem,
  candidatePathText,
  DISTINGUISHER,
  isLabel,
  policyProblem,
  type CandidatePath,
  type PolicyKey,
} from '../sr-policy';
import { nameOf, pack, unpack } from './any';

/** Tunnel type of SR policies (RFC 9830, 2.3). */
const SR_POLICY_TUNNEL = 15;
/** Not for whoever is behind the router; without a route target it has to be said (RFC 9830, 4.2.1). */
const NO_ADVERTISE = 0xffffff02;
/** The speaker puts in its own address. */
const OWN_ADDRESS: Readonly<Record<4 | 6, string>> = { 4: '0.0.0.0', 6: '::' };
/** The router chooses (RFC 9830, 2.4.4.2.1). */
const ANY_TTL = 255;

export const srFamilyOf = (family: 4 | 6): gobgp.Family => ({
  afi: family === 4 ? gobgp.Family_Afi.AFI_IP : gobgp.Family_Afi.AFI_IP6,
  safi: gobgp.Family_Safi.SAFI_SR_POLICY,
});

/** As the speaker takes it. What is wrong was refused long before; here it is a defect. */
export function encodeSrPolicy(key: PolicyKey, path: CandidatePath): gobgp.Path {
  assert(policyProblem(key) === null, `bad policy ${key.color} ${key.endpoint}`);
  assert(candidatePathProblem(path) === null, 'bad candidate path');
  const { family } = addressOf(key.endpoint);
  const endpoint = octetsOf(key.endpoint);
  const nlri = pack('SRPolicyNLRI', attribute.SRPolicyNLRI, {
    length: 8 * (8 + endpoint.length),
    distinguisher: DISTINGUISHER,
    color: key.color,
    endpoint,
  });
  const preference = pack(
    'TunnelEncapSubTLVSRPreference',
    attribute.TunnelEncapSubTLVSRPreference,
    { flags: 0, preference: path.preference },
  );
  return gobgp.Path.create({
    nlri,
    family: srFamilyOf(family),
    pattrs: [
      pack('OriginAttribute', attribute.OriginAttribute, { origin: 0 }),
      pack('MpReachNLRIAttribute', attribute.MpReachNLRIAttribute, {
        family: srFamilyOf(family),
        nextHops: [OWN_ADDRESS[family]],
        nlris: [nlri],
      }),
      pack('CommunitiesAttribute', attribute.CommunitiesAttribute, { communities: [NO_ADVERTISE] }),
      pack('TunnelEncapAttribute', attribute.TunnelEncapAttribute, {
        tlvs: [
          { type: SR_POLICY_TUNNEL, tlvs: [preference, ...path.segmentLists.map(encodeList)] },
        ],
      }),
    ],
  });
}

const encodeList = ({ weight, segments }: SegmentList): Any =>
  pack('TunnelEncapSubTLVSRSegmentList', attribute.TunnelEncapSubTLVSRSegmentList, {
    weight: { flags: 0, weight },
    segments: segments.map(encodeSegment),
  });

const encodeSegment = (segment: Segment): Any =>
  isLabel(segment)
    ? pack('SegmentTypeA', attribute.SegmentTypeA, {
        flags: NO_FLAGS,
        label: segment * 2 ** 12 + ANY_TTL,
      })
    : pack('SegmentTypeB', attribute.SegmentTypeB, {
        flags: NO_FLAGS,
        sid: octetsOf(segment),
        endpointBehaviorStructure: undefined,
      });

const NO_FLAGS = { vFlag: false, aFlag: false, sFlag: false, bFlag: false };

/** A candidate path with Weir's distinguisher that was added by the API. */
export interface LocalSrPolicy extends PolicyKey {
  /** In its one spelling; `unreadable ...` when it holds what we never send. */
  readonly text: string;
}

/** Null for what the speaker learned from a neighbour, and for candidate paths of others. */
export function decodeSrPolicy(path: gobgp.Path): LocalSrPolicy | null {
  if (parseIp(path.neighborIp) !== null || path.isWithdraw) return null;
  if (path.nlri === undefined || nameOf(path.nlri) !== 'SRPolicyNLRI') return null;
  const { distinguisher, color, endpoint } = unpack(path.nlri, attribute.SRPolicyNLRI);
  if (distinguisher !== DISTINGUISHER) return null;
  return { color, endpoint: addressText(endpoint), text: textOf(path.pattrs) };
}

function textOf(attributes: readonly Any[]): string {
  const tunnels: attribute.TunnelEncapTLV[] = [];
  const unreadable = attributes.filter((any) => !isOurs(any, tunnels)).map(nameOf);
  const [tunnel, ...more] = tunnels;
  const path = more.length === 0 && tunnel !== undefined ? candidatePathIn(tunnel) : null;
  if (path !== null && unreadable.length === 0) return candidatePathText(path);
  return `unreadable ${[...unreadable, ...(path === null ? ['TunnelEncapTLV'] : [])].sort().join()}`;
}

/** Collects the tunnels; false for an attribute that says something that we never send. */
function isOurs(any: Any, tunnels: attribute.TunnelEncapTLV[]): boolean {
  switch (nameOf(any)) {
    case 'OriginAttribute':
      return unpack(any, attribute.OriginAttribute).origin === 0;
    case 'MpReachNLRIAttribute':
      return true;
    case 'CommunitiesAttribute': {
      const { communities } = unpack(any, attribute.CommunitiesAttribute);
      return communities.length === 1 && communities[0] === NO_ADVERTISE;
    }
    case 'TunnelEncapAttribute':
      tunnels.push(...unpack(any, attribute.TunnelEncapAttribute).tlvs);
      return true;
    default:
      return false;
  }
}

/** Null when it holds what we never send. */
function candidatePathIn({ type, tlvs }: attribute.TunnelEncapTLV): CandidatePath | null {
  if (type !== SR_POLICY_TUNNEL) return null;
  let preference: number | null = null;
  const segmentLists: SegmentList[] = [];
  for (const any of tlvs)
    if (nameOf(any) === 'TunnelEncapSubTLVSRPreference' && preference === null)
      ({ preference } = unpack(any, attribute.TunnelEncapSubTLVSRPreference));
    else {
      const list = nameOf(any) === 'TunnelEncapSubTLVSRSegmentList' ? listIn(any) : null;
      if (list === null) return null;
      segmentLists.push(list);
    }
  return preference === null ? null : { preference, segmentLists };
}

function listIn(any: Any): SegmentList | null {
  const { weight, segments } = unpack(any, attribute.TunnelEncapSubTLVSRSegmentList);
  const read = segments.map(segmentIn);
  const known = read.filter((segment) => segment !== null);
  return known.length < read.length ? null : { weight: weight?.weight ?? 1, segments: known };
}

function segmentIn(any: Any): Segment | null {
  if (nameOf(any) === 'SegmentTypeA') {
    const { label } = unpack(any, attribute.SegmentTypeA);
    return label % 2 ** 12 === ANY_TTL ? Math.floor(label / 2 ** 12) : null;
  }
  if (nameOf(any) !== 'SegmentTypeB') return null;
  return addressText(unpack(any, attribute.SegmentTypeB).sid);
}

function addressOf(text: string): { readonly family: 4 | 6; readonly value: bigint } {
  const address = parseIp(text);
  assert(address !== null, `no address: ${text}`);
  return address;
}

function octetsOf(text: string): Buffer {
  const { family, value } = addressOf(text);
  const digits = family === 4 ? 8 : 32;
  return Buffer.from(value.toString(16).padStart(digits, '0'), 'hex');
}

function addressText(octets: Uint8Array): string {
  const family = octets.length === 4 ? 4 : 6;
  return formatIp({ family, value: BigInt(`0x0${Buffer.from(octets).toString('hex')}`) });
}
