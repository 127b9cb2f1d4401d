import { gobgp, gobgpAttribute as attribute } from '@weir/proto-gen';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LeafDiff, SrPolicy } from '@weir/core/model';
import { GobgpProfile } from '../profile';
import { SpeakerClient } from '../speaker';
import { candidatePathPath, policyKeyOf } from '../sr-policy';
import { eventually, freePort, Gobgpd, gobgpdSkipReason } from '../testing/gobgpd';
import { oneRouter, realTimers, ROUTER, speakerAt } from '../testing/one-router';
import { GobgpWriter } from './gobgp-writer';
import { FileViewStore } from './view-store';

// What a router hears of a policy can be seen on a real one only; here it is another gobgpd.
const skipReason = gobgpdSkipReason();
if (skipReason !== null) console.warn(`sr-policy.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeSpeaker = skipReason === null ? describe : describe.skip;
jest.setTimeout(60_000);

const configOf = (own: string, other: string, port: number): string => `
[global.config]
as = 65000
router-id = "${own}"
port = ${port}
local-address-list = ["${own}"]
[[neighbors]]
[neighbors.config]
neighbor-address = "${other}"
peer-as = 65000
[neighbors.transport.config]
local-address = "${own}"
remote-port = ${port}
[neighbors.timers.config]
connect-retry = 1
idle-hold-time-after-reset = 1
${['ipv4-unicast', 'ipv4-srpolicy', 'ipv6-srpolicy']
  .map(
    (name) => `[[neighbors.afi-safis]]\n[neighbors.afi-safis.config]\nafi-safi-name = "${name}"\n`,
  )
  .join('')}`;

const FOUR = { color: 100, endpoint: '10.255.0.9' };
const SIX = { color: 4_294_967_295, endpoint: '2001:db8::9' };

/** What the router holds that it heard: nothing of the writer's is used to read it. */
function heardOf(path: gobgp.Path): string {
  const { distinguisher, color, endpoint } = attribute.SRPolicyNLRI.decode(path.nlri!.value);
  const tunnel = path.pattrs.find((any) => any.typeUrl.endsWith('.TunnelEncapAttribute'));
  const [tlv] = attribute.TunnelEncapAttribute.decode(tunnel!.value).tlvs;
  const words = tlv!.tlvs.map(({ typeUrl, value }) => {
    if (typeUrl.endsWith('SRPreference'))
      return `p${attribute.TunnelEncapSubTLVSRPreference.decode(value).preference}`;
    const list = attribute.TunnelEncapSubTLVSRSegmentList.decode(value);
    const segments = list.segments.map((segment) =>
      segment.typeUrl.endsWith('SegmentTypeA')
        ? // Label, then traffic class and bottom of stack as zero, then the time to live.
          attribute.SegmentTypeA.decode(segment.value).label.toString(16).padStart(8, '0')
        : Buffer.from(attribute.SegmentTypeB.decode(segment.value).sid).toString('hex'),
    );
    return `w${list.weight?.weight}:${segments.join('+')}`;
  });
  return `${distinguisher} ${color} ${Buffer.from(endpoint).toString('hex')} type ${tlv!.type} ${words.join(' ')}`;
}

describeSpeaker('SR policies of a speaker', () => {
  let speaker: Gobgpd;
  let router: Gobgpd;
  let ear: SpeakerClient;
  let writer: GobgpWriter;
  let dir: string;
  const profile = new GobgpProfile();

  // A session takes seconds to come up: all tests share one, and the last of them kills the speaker.
  beforeAll(async () => {
    const port = await freePort();
    router = await Gobgpd.start({ config: configOf('127.0.0.2', '127.0.0.1', port) });
    speaker = await Gobgpd.start({ config: configOf('127.0.0.1', '127.0.0.2', port) });
    dir = mkdtempSync(join(tmpdir(), 'weir-views-'));
    ear = new SpeakerClient(speakerAt(router.address), () => null);
    writer = open();
    await eventually('the session', async () => (await image()).get(SESSION) === 'established');
  });
  afterAll(async () => {
    await writer.close();
    ear.close();
    await speaker.dispose();
    await router.dispose();
    rmSync(dir, { recursive: true, force: true });
  });

  const SESSION = '/bgp/speaker/state/session';
  const open = (): GobgpWriter =>
    new GobgpWriter({
      topology: oneRouter(speakerAt(speaker.address, { srPolicies: true })),
      store: new FileViewStore(dir),
      timers: realTimers,
    });

  async function image() {
    const read = await writer.readImage(ROUTER, 5_000);
    if (!read.ok) throw new Error(read.error.reason);
    return read.value;
  }
  const held = async () =>
    Object.fromEntries([...(await image())].filter(([path]) => policyKeyOf(path) !== null));

  async function heard(): Promise<string[]> {
    const all: string[] = [];
    for (const afi of [gobgp.Family_Afi.AFI_IP, gobgp.Family_Afi.AFI_IP6]) {
      const family = { afi, safi: gobgp.Family_Safi.SAFI_SR_POLICY };
      const listed = await ear.listPaths(family, null, 5_000);
      if (listed.ok) all.push(...listed.value.map(heardOf));
    }
    return all.sort();
  }
  const hears = (what: readonly string[]) =>
    eventually(`the router to hear ${what.join(', ')}`, async () => {
      return JSON.stringify(await heard()) === JSON.stringify(what);
    });

  /** Rendered by the profile, written, read back; returns what takes it back. */
  async function apply(policy: Omit<SrPolicy, 'device'>): Promise<readonly LeafDiff[]> {
    const leaves = profile.renderSrPolicy(await image(), { device: ROUTER, ...policy });
    if (!leaves.ok) throw new Error(leaves.error.reason);
    expect(await writer.set(ROUTER, leaves.value, null, 5_000)).toEqual({ kind: 'ok' });
    return leaves.value.map(({ path, before, after }) => ({ path, before: after, after: before }));
  }

  it('reach the router with colour, endpoint, preference, weights and segments', async () => {
    const segments = [16_001, 1_048_575];
    const lists = [
      { weight: 3, segments },
      { weight: 1, segments: [16_002] },
    ];
    const undoFour = await apply({ ...FOUR, preference: 200, segmentLists: lists });
    const srv6 = [{ weight: 1, segments: ['fc00:0:1::', 'fc00:0:2::'] }];
    const undoSix = await apply({ ...SIX, preference: 0, segmentLists: srv6 });
    const six =
      '57001 4294967295 20010db8000000000000000000000009 type 15 p0 w1:fc000000000100000000000000000000+fc000000000200000000000000000000';
    await hears(['57001 100 0aff0009 type 15 p200 w3:03e810ff+fffff0ff w1:03e820ff', six]);
    expect(await held()).toEqual({
      [candidatePathPath(FOUR)]:
        'preference 200 weight 3 segments 16001,1048575 weight 1 segments 16002',
      [candidatePathPath(SIX)]: 'preference 0 weight 1 segments fc00:0:1::,fc00:0:2::',
    });

    // Another one takes its place, and undoing brings the first one back, then nothing.
    const undoSecond = await apply({
      ...FOUR,
      preference: 300,
      segmentLists: [{ weight: 1, segments: [16] }],
    });
    await hears(['57001 100 0aff0009 type 15 p300 w1:000100ff', six]);
    expect(await writer.set(ROUTER, undoSecond, null, 5_000)).toEqual({ kind: 'ok' });
    await hears(['57001 100 0aff0009 type 15 p200 w3:03e810ff+fffff0ff w1:03e820ff', six]);
    for (const undo of [undoFour, undoSix])
      expect(await writer.set(ROUTER, undo, null, 5_000)).toEqual({ kind: 'ok' });
    await hears([]);
    expect(await held()).toEqual({});
  });

  it('leave candidate paths of others alone, and are refused where they cannot be sent', async () => {
    const other = new SpeakerClient(speakerAt(speaker.address), () => null);
    const nlri = {
      typeUrl: 'type.googleapis.com/apipb.SRPolicyNLRI',
      value: Buffer.from(
        attribute.SRPolicyNLRI.encode({
          length: 96,
          distinguisher: 7,
          color: FOUR.color,
          endpoint: Buffer.from([10, 255, 0, 9]),
        }).finish(),
      ),
    };
    const family = { afi: gobgp.Family_Afi.AFI_IP, safi: gobgp.Family_Safi.SAFI_SR_POLICY };
    const hop = attribute.NextHopAttribute.encode({ nextHop: '10.1.1.1' }).finish();
    const nextHop = {
      typeUrl: 'type.googleapis.com/apipb.NextHopAttribute',
      value: Buffer.from(hop),
    };
    const origin = { typeUrl: 'type.googleapis.com/apipb.OriginAttribute', value: Buffer.alloc(0) };
    const path = gobgp.Path.create({ nlri, family, pattrs: [origin, nextHop] });
    expect(await other.addPaths([path], 5_000)).toMatchObject({ ok: true });
    const undo = await apply({
      ...FOUR,
      preference: 100,
      segmentLists: [{ weight: 1, segments: [16_001] }],
    });
    expect(await writer.set(ROUTER, undo, null, 5_000)).toEqual({ kind: 'ok' });
    const left = await other.listPaths(family, null, 5_000);
    expect(left.ok && left.value).toHaveLength(1);
    other.close();
    const bad = {
      path: candidatePathPath(FOUR),
      before: null,
      after: 'preference 1 weight 1 segments 3',
    };
    expect(await writer.set(ROUTER, [bad], null, 5_000)).toMatchObject({
      kind: 'refused',
      grpcCode: 3,
    });
  });

  it('come back when the speaker was killed, with the controller away or not', async () => {
    const undo = await apply({
      ...FOUR,
      preference: 100,
      segmentLists: [{ weight: 1, segments: [16_001] }],
    });
    const mine = ['preference 100 weight 1 segments 16001'];
    await speaker.restart();
    await eventually('the policy in the speaker', async () => {
      return JSON.stringify(Object.values(await held())) === JSON.stringify(mine);
    });
    await writer.close();
    await speaker.restart();
    writer = open();
    expect(Object.values(await held())).toEqual(mine);
    expect(await writer.set(ROUTER, undo, null, 5_000)).toEqual({ kind: 'ok' });
    await eventually('the session', async () => (await image()).get(SESSION) === 'established');
    await apply({ ...SIX, preference: 1, segmentLists: [{ weight: 1, segments: ['fc00::'] }] });
    await hears([
      '57001 4294967295 20010db8000000000000000000000009 type 15 p1 w1:fc000000000000000000000000000000',
    ]);
  });
});
