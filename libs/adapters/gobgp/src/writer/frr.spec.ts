import type { ConfigImage, LeafDiff } from '@weir/core/model';
import { announcementPath, pathKeyOf } from '../announcement';
import { GobgpProfile } from '../profile';
import { FrrRouter, routerSkipReason } from '../testing/frr-router';
import { eventually } from '../testing/gobgpd';
import { oneRouter, realTimers, ROUTER, speakerAt } from '../testing/one-router';
import { GobgpWriter } from './gobgp-writer';
import type { SpeakerEvent } from './speaker-session';
import { MemoryViewStore } from './view-store';

// Skipped without root, gobgpd or FRR: a real router and its kernel are what these tests are about.
const skipReason = routerSkipReason();
if (skipReason !== null) console.warn(`frr.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeRouter = skipReason === null ? describe : describe.skip;
jest.setTimeout(90_000);

const PREFIX = '10.2.0.0/24';
const PREFIX6 = '2001:db8:77::/48';
const TIMEOUT_MS = 5_000;
const profile = new GobgpProfile();

const inverse = (leaves: readonly LeafDiff[]): readonly LeafDiff[] =>
  leaves.map(({ path, before, after }) => ({ path, before: after, after: before }));

describeRouter('a router steered by a speaker, down to its kernel', () => {
  let router: FrrRouter;
  let writer: GobgpWriter;
  const events: SpeakerEvent[] = [];

  beforeAll(async () => {
    router = new FrrRouter('frr');
    await router.start();
    writer = new GobgpWriter({
      topology: oneRouter(speakerAt(router.speaker.address)),
      store: new MemoryViewStore(),
      timers: realTimers,
      onEvent: (event) => events.push(event),
    });
    await eventually('the session', async () => (await sessionOf()) === 'established');
  });
  afterAll(async () => {
    await writer.close();
    await router.dispose();
  });

  async function image(): Promise<ConfigImage> {
    const read = await writer.readImage(ROUTER, TIMEOUT_MS);
    if (!read.ok) throw new Error(read.error.reason);
    return read.value;
  }
  const sessionOf = async () => (await image()).get('/bgp/speaker/state/session');

  async function steer(prefix: string, weights: Record<string, number>) {
    const rendered = profile.renderRoute(await image(), prefix, weights);
    if (!rendered.ok) throw new Error(rendered.error.reason);
    const answer = await writer.set(ROUTER, rendered.value, null, TIMEOUT_MS);
    expect(answer).toEqual({ kind: 'ok' });
    return rendered.value;
  }

  it('announces a prefix in shares of 3:1, turns them round, and both are in the kernel', async () => {
    await steer(PREFIX, { up1: 48, up2: 16 });
    await router.forwards(PREFIX, '10.1.1.1 75, 10.1.2.1 25');
    const turned = await steer(PREFIX, { up1: 16, up2: 48 });
    await router.forwards(PREFIX, '10.1.1.1 25, 10.1.2.1 75');
    expect(profile.routes(await image())).toEqual([
      {
        prefix: PREFIX,
        nextHops: [
          { index: '57001', address: '10.1.1.1', interface: 'up1', weight: 16 },
          { index: '57002', address: '10.1.2.1', interface: 'up2', weight: 48 },
        ],
      },
    ]);
    expect((await writer.set(ROUTER, inverse(turned), null, TIMEOUT_MS)).kind).toBe('ok');
    await router.forwards(PREFIX, '10.1.1.1 75, 10.1.2.1 25');
  });

  it('withdraws the path of weight 0, and gives it back', async () => {
    await steer(PREFIX, { up1: 32, up2: 32 });
    await router.forwards(PREFIX, '10.1.1.1 50, 10.1.2.1 50');
    await steer(PREFIX, { up1: 0, up2: 64 });
    await router.forwards(PREFIX, '10.1.2.1');
    await steer(PREFIX, { up1: 32, up2: 32 });
    await router.forwards(PREFIX, '10.1.1.1 50, 10.1.2.1 50');
  });

  it('steers IPv6 the same way', async () => {
    await steer(PREFIX6, { up1: 16, up2: 48 });
    await router.forwards(PREFIX6, '2001:db8:1::1 25, 2001:db8:2::1 75');
    const gone = await steer(PREFIX6, { up2: 64 });
    await router.forwards(PREFIX6, '2001:db8:2::1');
    expect(gone.map((leaf) => leaf.after === null)).toEqual([false, true]);
  });

  it('gives a speaker that was killed and started again what it held last, not what was undone', async () => {
    const undone = await steer(PREFIX, { up1: 16, up2: 48 });
    expect((await writer.set(ROUTER, inverse(undone), null, TIMEOUT_MS)).kind).toBe('ok');
    await router.forwards(PREFIX, '10.1.1.1 50, 10.1.2.1 50');
    const before = [...(await image())].filter(([path]) => pathKeyOf(path) !== null).sort();
    await router.speaker.killHard();
    await eventually('the router to lose its routes', () => router.forwarding(PREFIX) === '');
    await router.speaker.start();
    await router.forwards(PREFIX, '10.1.1.1 50, 10.1.2.1 50');
    await router.forwards(PREFIX6, '2001:db8:2::1');
    expect([...(await image())].filter(([path]) => pathKeyOf(path) !== null).sort()).toEqual(
      before,
    );
    expect(events.filter(({ kind }) => kind === 'restored')).toHaveLength(1);
    await eventually('the session', async () => (await sessionOf()) === 'established');
  });

  it('never lets a bad prefix reach the session', async () => {
    const drops = router.sessionDrops();
    const good = 'next-hop 10.1.1.1 bandwidth 1000000 asn 65000';
    const bad: [string, string][] = [
      ['10.9.0.0/99', good],
      ['10.9.0.1/24', good],
      ['10.9.0.0/33', good],
      ['2001:db8::/129', 'next-hop 2001:db8:1::1'],
      ['224.0.0.0/8', good],
      ['10.9.0.0/24', 'next-hop 2001:db8:1::1'],
      ['10.9.0.0/24', 'next-hop 0.0.0.0'],
      ['10.9.0.0/24', 'next-hop 10.1.1.1 bandwidth NaN asn 65000'],
      ['10.9.0.0/24', 'next-hop 10.1.1.1 bandwidth Infinity asn 65000'],
      ['10.9.0.0/24', 'next-hop 10.1.1.1 bandwidth 1000000 asn 65536'],
      ['10.9.0.0/24', 'next-hop 10.1.1.1 communities 65536:1'],
    ];
    for (const [prefix, after] of bad) {
      const path = announcementPath({ prefix, identifier: 57_001 });
      const leaf = { path, before: null, after };
      const answer = await writer.set(ROUTER, [leaf], null, TIMEOUT_MS);
      expect(answer).toMatchObject({ kind: 'refused', grpcCode: 3 });
      expect(profile.renderRoute(await image(), prefix, { up1: 0 }).ok).toBe(false);
    }
    // A good path behind them arrives over the same session.
    await steer('10.9.0.0/24', { up1: 64 });
    await router.forwards('10.9.0.0/24', '10.1.1.1');
    expect(router.sessionDrops()).toBe(drops);
  });
});
