import fc from 'fast-check';
import { formatIp, isRoutableUnicast } from '@weir/contracts';
import { patched, type BgpSpeaker, type ConfigImage, type SrPolicy } from '@weir/core/model';
import { GobgpProfile } from '../profile';
import { ROUTER, speakerAt } from '../testing/one-router';
import { decodeSrPolicy, encodeSrPolicy } from '../speaker/sr-policy-wire';
import { imageOf } from '../writer/image';
import { candidatePathPath, policyKeyOf, type CandidatePath } from './candidate-path';
import { candidatePathText, parseCandidatePath } from './text';

const uint32 = (min: number) => fc.integer({ min, max: 2 ** 32 - 1 });
const addresses = (family: 4 | 6) =>
  fc
    .bigInt({ min: 0n, max: 2n ** (family === 4 ? 32n : 128n) - 1n })
    .map((value) => ({ family, value }))
    .filter(isRoutableUnicast)
    .map(formatIp);
const listOf = <T>(segment: fc.Arbitrary<T>) =>
  fc.record({
    weight: uint32(1),
    segments: fc.array(segment, { minLength: 1, maxLength: 16 }),
  });
const candidatePaths: fc.Arbitrary<CandidatePath> = fc.record({
  preference: uint32(0),
  segmentLists: fc.array(
    fc.oneof(listOf(fc.integer({ min: 16, max: 2 ** 20 - 1 })), listOf(addresses(6))),
    { minLength: 1, maxLength: 8 },
  ),
});
const keys = fc.record({
  color: uint32(1),
  endpoint: fc.oneof(addresses(4), addresses(6)),
});

const profile = new GobgpProfile();
const POLICY: SrPolicy = {
  device: ROUTER,
  color: 100,
  endpoint: '10.255.0.9',
  preference: 200,
  segmentLists: [{ weight: 3, segments: [16_001, 16_002] }],
};
const LEAF = candidatePathPath(POLICY);

function imageWith(
  given: { session?: string; four?: boolean; own?: string; speaker?: Partial<BgpSpeaker> } = {},
): ConfigImage {
  const { session = 'established', four = true, own, speaker = { srPolicies: true } } = given;
  const reading = { own: new Map(own === undefined ? [] : [[LEAF, own]]), others: new Map() };
  const neighbours = { session, sendMax: { 4: 8, 6: 8 }, srPolicies: { 4: four, 6: false } };
  return imageOf(speakerAt('127.0.0.1:1', speaker), reading, neighbours);
}

describe('a candidate path', () => {
  it('property: comes back from its text and from the wire as it was', () => {
    fc.assert(
      fc.property(keys, candidatePaths, (key, path) => {
        const text = candidatePathText(path);
        expect(parseCandidatePath('leaf', text)).toEqual({ ok: true, value: path });
        expect(policyKeyOf(candidatePathPath(key))).toEqual(key);
        expect(decodeSrPolicy(encodeSrPolicy(key, path))).toEqual({ ...key, text });
      }),
    );
  });

  it.each([
    ['no list', 'preference 1', 'as Weir writes it'],
    ['half a list', 'preference 1 weight 1', 'as Weir writes it'],
    ['a wide preference', 'preference 4294967296 weight 1 segments 16', '32 bits'],
    ['no weight', 'preference 1 weight 0 segments 16', 'above 0'],
    ['a reserved label', 'preference 1 weight 1 segments 15', '16..1048575'],
    ['a wide label', 'preference 1 weight 1 segments 1048576', '16..1048575'],
    ['an IPv4 segment', 'preference 1 weight 1 segments 10.0.0.1', 'SRv6 SID'],
    ['another spelling', 'preference 1 weight 1 segments fc00::0', 'SRv6 SID'],
    ['two kinds', 'preference 1 weight 1 segments 16,fc00::', 'RFC 9256'],
    ['leading zeros', 'preference 01 weight 1 segments 16', 'one spelling'],
    ['too many lists', `preference 1${' weight 1 segments 16'.repeat(9)}`, 'at most 8'],
    ['a long list', `preference 1 weight 1 segments ${Array(17).fill(16).join()}`, '1 to 16'],
    ['what is held of others', 'unreadable AsPathAttribute', 'as Weir writes it'],
  ])('is refused with %s', (_, text, reason) => {
    const parsed = parseCandidatePath('leaf', text);
    expect(parsed.ok ? '' : parsed.error.reason).toContain(reason);
    expect(profile.checkSchema(new Map([[LEAF, text]])).ok).toBe(false);
  });
});

describe('an SR policy', () => {
  it('is announced, replaced and withdrawn, and each of it can be taken back', () => {
    const first = profile.renderSrPolicy(imageWith(), POLICY);
    const text = 'preference 200 weight 3 segments 16001,16002';
    expect(first).toEqual({ ok: true, value: [{ path: LEAF, before: null, after: text }] });
    const held = patched(imageWith(), first.ok ? first.value : []);
    expect(profile.renderSrPolicy(held, POLICY)).toEqual({ ok: true, value: [] });
    const gone = profile.renderSrPolicy(held, { ...POLICY, segmentLists: [] });
    expect(gone).toEqual({ ok: true, value: [{ path: LEAF, before: text, after: null }] });
    expect(profile.checkSchema(held).ok).toBe(true);
    expect(profile.routes(held)).toEqual(profile.routes(imageWith()));
    expect(profile.resourceOf(LEAF)).toBe(
      '/bgp/sr-policies/policy[color=100][endpoint=10.255.0.9]',
    );
  });

  it.each<[string, Parameters<typeof imageWith>[0], Partial<SrPolicy>, string, string]>([
    ['without a session', { session: 'active' }, {}, 'device-unreachable', 'is active'],
    ['that the session does not carry', { four: false }, {}, 'capability-missing', 'ipv4-srpolicy'],
    ['that the topology does not allow', { speaker: {} }, {}, 'capability-missing', 'srPolicies'],
    ['of the other family', {}, { endpoint: '2001:db8::9' }, 'capability-missing', 'ipv6-srpolicy'],
    ['without a colour', {}, { color: 0 }, 'schema-invalid', 'color 0'],
    ['of a wide colour', {}, { color: 2 ** 32 }, 'schema-invalid', 'color'],
    ['for no node', {}, { endpoint: '224.0.0.1' }, 'schema-invalid', 'unicast'],
    ['that is not there to withdraw', {}, { segmentLists: [] }, 'not-found', 'no candidate path'],
    ['in place of odd attributes', { own: 'unreadable X' }, {}, 'capability-missing', 'withdraw'],
  ])('is refused %s', (_, given, over, code, reason) => {
    const result = profile.renderSrPolicy(imageWith(given), { ...POLICY, ...over });
    expect(result.ok ? '' : result.error.code).toBe(code);
    expect(result.ok ? '' : result.error.reason).toContain(reason);
  });
});
