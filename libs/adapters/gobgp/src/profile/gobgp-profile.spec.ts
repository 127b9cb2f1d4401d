import fc from 'fast-check';
import { patched, type BgpSpeaker, type ConfigImage, type LeafDiff } from '@weir/core/model';
import { announcementPath } from '../announcement';
import { speakerAt } from '../testing/one-router';
import { imageOf } from '../writer/image';
import { GobgpProfile } from './gobgp-profile';

const profile = new GobgpProfile();
const PREFIX = '10.2.0.0/24';
const leaf = (identifier: number, prefix = PREFIX) => announcementPath({ prefix, identifier });

interface Given {
  readonly speaker?: Partial<BgpSpeaker>;
  readonly session?: string;
  readonly sendMax?: number;
  readonly others?: number;
  readonly own?: Record<string, string>;
}

function imageWith(given: Given = {}): ConfigImage {
  const { sendMax = 8, session = 'established', others = 0, own = {} } = given;
  const reading = {
    own: new Map(Object.entries(own)),
    others: new Map(others > 0 ? [[PREFIX, others]] : []),
  };
  const srPolicies = { 4: false, 6: false };
  const neighbours = { session, sendMax: { 4: sendMax, 6: sendMax }, srPolicies };
  return imageOf(speakerAt('127.0.0.1:1', given.speaker), reading, neighbours);
}

function rendered(image: ConfigImage, weights: Record<string, number>): readonly LeafDiff[] {
  const result = profile.renderRoute(image, PREFIX, weights);
  if (!result.ok) throw new Error(result.error.reason);
  return result.value;
}

const weightsIn = (image: ConfigImage) =>
  profile
    .routes(image)
    .map(({ nextHops }) => Object.fromEntries(nextHops.map((hop) => [hop.interface, hop.weight])));

describe('weights as link bandwidths', () => {
  it('announce a prefix that was not announced, one path for each next hop', () => {
    expect(rendered(imageWith(), { up1: 48, up2: 16 })).toEqual([
      { path: leaf(57_001), before: null, after: 'next-hop 10.1.1.1 bandwidth 6000000 asn 65000' },
      { path: leaf(57_002), before: null, after: 'next-hop 10.1.2.1 bandwidth 2000000 asn 65000' },
    ]);
  });

  it('come back from the image as they were put in, and the inverse restores the image', () => {
    const weight = fc.integer({ min: 0, max: 4096 });
    const weights = fc.record({ up1: weight, up2: weight }).filter((w) => w.up1 + w.up2 > 0);
    fc.assert(
      fc.property(weights, weights, (first, second) => {
        const one = patched(imageWith(), rendered(imageWith(), first));
        const diffs = rendered(one, second);
        const two = patched(one, diffs);
        const used = Object.entries(second).filter(([, value]) => value > 0);
        expect(weightsIn(two)).toEqual([Object.fromEntries(used)]);
        expect(profile.checkSchema(two).ok).toBe(true);
        const back = diffs.map(({ path, before, after }) => ({
          path,
          before: after,
          after: before,
        }));
        expect(new Map(patched(two, back))).toEqual(new Map(one));
      }),
    );
  });

  it('withdraw what has weight 0 after the others were announced, and bring it back', () => {
    const both = patched(imageWith(), rendered(imageWith(), { up1: 32, up2: 32 }));
    const drained = rendered(both, { up2: 64 });
    expect(drained.map(({ path, after }) => [path, after === null])).toEqual([
      [leaf(57_002), false],
      [leaf(57_001), true],
    ]);
    const again = rendered(patched(both, drained), { up1: 32, up2: 32 });
    expect(again.map(({ path }) => path)).toEqual([leaf(57_001), leaf(57_002)]);
  });

  it('carry what the topology says of every path', () => {
    const speaker = {
      localPreference: 300,
      med: 5,
      communities: [65_000 * 65_536 + 1],
      largeCommunities: [[65_000, 1, 2]] as const,
    };
    expect(rendered(imageWith({ speaker }), { up1: 8 })[0]?.after).toBe(
      'next-hop 10.1.1.1 bandwidth 1000000 asn 65000 local-preference 300 med 5 communities 65000:1 large-communities 65000:1:2',
    );
  });

  it('are 1 each when a path has no bandwidth, as routers share then', () => {
    const own = {
      [leaf(57_001)]: 'next-hop 10.1.1.1 bandwidth 6000000 asn 65000',
      [leaf(57_002)]: 'next-hop 10.1.2.1',
    };
    expect(weightsIn(imageWith({ own }))).toEqual([{ up1: 1, up2: 1 }]);
  });

  it('are those of the family of the prefix', () => {
    const six = profile.renderRoute(imageWith(), '2001:db8:9::/48', { up2: 1 });
    expect(six.ok && six.value[0]?.after).toBe('next-hop 2001:db8:2::1 bandwidth 125000 asn 65000');
  });
});

describe('local preference', () => {
  const speaker = { method: 'local-preference', localPreference: 200 } as const;

  it('prefers the paths in use; the others stand by and are no route', () => {
    const image = imageWith({ speaker });
    const after = patched(image, rendered(image, { up1: 64, up2: 0 }));
    expect(after.get(leaf(57_001))).toBe('next-hop 10.1.1.1 local-preference 200');
    expect(after.get(leaf(57_002))).toBe('next-hop 10.1.2.1 local-preference 150');
    expect(weightsIn(after)).toEqual([{ up1: 1 }]);
  });

  it('cannot share unevenly, and says so', () => {
    const result = profile.renderRoute(imageWith({ speaker }), PREFIX, { up1: 48, up2: 16 });
    expect(result).toMatchObject({ ok: false, error: { code: 'capability-missing' } });
  });
});

describe('what is refused', () => {
  const unreadable = { [leaf(57_001)]: 'unreadable AsPathAttribute' };
  it.each<[string, Given, string, Record<string, number>, string, string]>([
    ['a bad length', {}, '10.2.0.0/99', { up1: 1 }, 'schema-invalid', '32 bits'],
    ['host bits', {}, '10.2.0.1/24', { up1: 1 }, 'schema-invalid', 'write 10.2.0.0/24'],
    ['no weight at all', {}, PREFIX, { up1: 0 }, 'black-hole', 'no next hop'],
    ['half a weight', {}, PREFIX, { up1: 0.5 }, 'schema-invalid', 'whole number'],
    ['an interface without a next hop', {}, PREFIX, { up9: 1 }, 'no-alternative', 'bgp.nextHops'],
    ['no session', { session: 'active' }, PREFIX, { up1: 1 }, 'device-unreachable', 'is active'],
    ['no add-path', { sendMax: 0 }, PREFIX, { up1: 1, up2: 1 }, 'capability-missing', 'send-max'],
    ['somebody else', { others: 2 }, PREFIX, { up1: 1 }, 'capability-missing', 'Somebody else'],
    ['odd attributes', { own: unreadable }, PREFIX, { up1: 1 }, 'capability-missing', 'withdraw'],
  ])('%s', (_, given, prefix, weights, code, reason) => {
    const result = profile.renderRoute(imageWith(given), prefix, weights);
    expect(result.ok ? '' : result.error.code).toBe(code);
    expect(result.ok ? '' : result.error.reason).toContain(reason);
  });

  it('one path alone needs no add-path', () => {
    expect(profile.renderRoute(imageWith({ sendMax: 0 }), PREFIX, { up1: 1 }).ok).toBe(true);
  });

  it('queues are no business of BGP', () => {
    for (const refused of [profile.renderBuffer(), profile.renderEcn(), profile.renderScheduler()])
      expect(refused).toMatchObject({ ok: false, error: { code: 'capability-missing' } });
  });

  it('routes of a router that does not hear the speaker are not known', () => {
    const own = { [leaf(57_001)]: 'next-hop 10.1.1.1' };
    expect(profile.routes(imageWith({ own, session: 'idle' }))).toEqual([]);
  });

  it('an image with an announcement that cannot be sent', () => {
    for (const [path, text] of [
      [leaf(57_001, '10.0.0.0/99'), 'next-hop 10.1.1.1'],
      [leaf(58_000), 'next-hop 10.1.1.1'],
      [leaf(57_001), 'next-hop 2001:db8::1'],
      ['/bgp/announcements/other', 'x'],
    ] as const)
      expect(profile.checkSchema(new Map([[path, text]]))).toMatchObject({
        error: { code: 'schema-invalid', where: path },
      });
  });

  it('all paths of a prefix are one resource', () => {
    expect(profile.resourceOf(leaf(57_001))).toBe(profile.resourceOf(leaf(57_002)));
    expect(profile.resourceOf(leaf(57_001))).not.toBe(profile.resourceOf(leaf(57_001, '::/0')));
  });
});
