import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync, spawnSync } from 'node:child_process';
import type { BgpSpeaker, LeafDiff } from '@weir/core/model';
import { announcementPath, pathKeyOf } from '../announcement';
import { eventually, Gobgpd, gobgpdSkipReason } from '../testing/gobgpd';
import { oneRouter, realTimers, ROUTER, speakerAt } from '../testing/one-router';
import { GobgpWriter } from './gobgp-writer';
import type { SpeakerEvent } from './speaker-session';
import { FileViewStore } from './view-store';

// What a speaker forgets, and what not, can be seen on a real one only.
const skipReason = gobgpdSkipReason();
if (skipReason !== null) console.warn(`speaker-restart.spec: skipped, ${skipReason}`);
// The reason is printed above.
const describeSpeaker = skipReason === null ? describe : describe.skip;
jest.setTimeout(60_000);

const leaf = (identifier: number) => announcementPath({ prefix: '10.2.0.0/24', identifier });
const [ONE, TWO] = [leaf(57_001), leaf(57_002)];
const FIRST = 'next-hop 10.1.1.1 bandwidth 4000000 asn 65000';
const SECOND = 'next-hop 10.1.2.1 bandwidth 4000000 asn 65000';
const OTHER = 'next-hop 10.1.2.1 bandwidth 9000000 asn 65000';
const BOTH: readonly LeafDiff[] = [
  { path: ONE, before: null, after: FIRST },
  { path: TWO, before: null, after: SECOND },
];

describeSpeaker('a speaker that is started again', () => {
  let speaker: Gobgpd;
  let dir: string;
  let writer: GobgpWriter;
  let events: SpeakerEvent[];

  const open = (over: Partial<BgpSpeaker> = {}): GobgpWriter => {
    events = [];
    return new GobgpWriter({
      topology: oneRouter(speakerAt(speaker.address, over)),
      store: new FileViewStore(dir),
      timers: realTimers,
      onEvent: (event) => events.push(event),
    });
  };
  const set = async (leaves: readonly LeafDiff[]): Promise<void> => {
    expect(await writer.set(ROUTER, leaves, null, 5_000)).toEqual({ kind: 'ok' });
  };
  const told = (kind: SpeakerEvent['kind']) => events.filter((event) => event.kind === kind);

  beforeEach(async () => {
    speaker = await Gobgpd.start();
    dir = mkdtempSync(join(tmpdir(), 'weir-views-'));
    writer = open();
    await set(BOTH);
  });
  afterEach(async () => {
    await writer.close();
    await speaker.dispose();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Announcements of ours; the read gives back what was lost, if anything is to be. */
  async function held(): Promise<Record<string, unknown>> {
    const image = await writer.readImage(ROUTER, 5_000);
    if (!image.ok) throw new Error(image.error.reason);
    return Object.fromEntries([...image.value].filter(([path]) => pathKeyOf(path) !== null));
  }

  /** Somebody with another client. */
  const gobgp = (...args: string[]): string => {
    const port = speaker.address.slice(speaker.address.indexOf(':') + 1);
    return execFileSync('gobgp', ['-p', port, 'global', 'rib', ...args], { encoding: 'utf8' });
  };

  it('gets back what it lost by itself, before anybody asks', async () => {
    await eventually('the event stream', () => told('up').length > 0);
    await speaker.restart();
    await eventually('the paths to be there again', () => gobgp().includes('10.1.2.1'));
    expect(await held()).toEqual({ [ONE]: FIRST, [TWO]: SECOND });
    expect(told('restored').map(({ paths }) => paths)).toEqual([2]);
    expect(told('drift')).toEqual([]);
  });

  it('gets it back when the controller was started again as well', async () => {
    await writer.close();
    await speaker.restart();
    writer = open();
    expect(await held()).toEqual({ [ONE]: FIRST, [TWO]: SECOND });
  });

  it('does not get back what was undone', async () => {
    await set([{ path: TWO, before: SECOND, after: OTHER }]);
    await set([{ path: TWO, before: OTHER, after: SECOND }]);
    await set([{ path: ONE, before: FIRST, after: null }]);
    await writer.close();
    await speaker.restart();
    writer = open();
    expect(await held()).toEqual({ [TWO]: SECOND });
  });

  it('is not given what somebody withdrew while it was up, not by a new controller either', async () => {
    gobgp('del', '10.2.0.0/24', 'identifier', '57001', 'nexthop', '10.1.1.1');
    await eventually('the drift to be told', () => told('drift').length > 0);
    expect(told('drift')[0]?.detail).toContain(`${ONE} is absent, was ${FIRST}`);
    await writer.close();
    writer = open();
    expect(await held()).toEqual({ [TWO]: SECOND });
    await speaker.restart();
    expect(await held()).toEqual({ [TWO]: SECOND });
  });

  it('keeps the paths of others as they are, and what they are is known', async () => {
    gobgp('add', '10.2.0.0/24', 'nexthop', '10.9.9.9');
    gobgp('add', '10.8.0.0/24', 'nexthop', '10.9.9.9');
    await set([
      { path: ONE, before: FIRST, after: null },
      { path: TWO, before: SECOND, after: null },
    ]);
    expect(gobgp().match(/10\.9\.9\.9/g)).toHaveLength(2);
    const image = await writer.readImage(ROUTER, 5_000);
    const others = image.ok ? [...image.value].filter(([path]) => path.includes('/others/')) : [];
    expect(others).toEqual([
      ['/bgp/others/prefix[prefix=10.2.0.0/24]/state/paths', 1],
      ['/bgp/others/prefix[prefix=10.8.0.0/24]/state/paths', 1],
    ]);
    await speaker.restart();
    expect(await held()).toEqual({});
    expect(gobgp()).not.toContain('10.9.9.9');
  });

  it('is not given a path whose next hop is no longer in the topology', async () => {
    await writer.close();
    await speaker.restart();
    writer = open({ nextHops: new Map([['up1', { ipv4: '10.1.1.1', ipv6: null }]]) });
    expect(await held()).toEqual({ [ONE]: FIRST });
    expect(told('left-out')[0]?.detail).toContain('no next hop 10.1.2.1 any more');
  });

  it('is given nothing from a file that is damaged, which is told and kept', async () => {
    await writer.close();
    const file = join(dir, 'leaf1.json');
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40));
    await speaker.restart();
    writer = open();
    expect(await held()).toEqual({});
    expect(told('view-lost')[0]?.detail).toContain('kept as .damaged');
    expect(readFileSync(`${file}.damaged`, 'utf8')).toHaveLength(40);
  });

  it('is told from another one at another address', async () => {
    await writer.close();
    const second = await Gobgpd.start();
    await speaker.dispose();
    speaker = second;
    writer = open();
    expect(await held()).toEqual({});
  });
});

describeSpeaker('a speaker with TLS', () => {
  const dir = mkdtempSync(join(tmpdir(), 'weir-gobgp-tls-'));
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=speaker'],
    ...['-addext', 'subjectAltName=DNS:speaker.test', '-keyout', key, '-out', cert],
  ]);
  afterAll(() => {
    rmSync(dir, { recursive: true, force: true });
  });

  it('is trusted by its certificate and its name, and by nothing else', async () => {
    if (made.status !== 0) throw new Error('openssl is needed to make the certificate');
    const args = ['--tls', '--tls-cert-file', cert, '--tls-key-file', key];
    const speaker = await Gobgpd.start({ args });
    const read = async (serverName: string | null, ca: Buffer | null) => {
      const tls = { mode: 'tls', serverName } as const;
      const writer = new GobgpWriter({
        topology: oneRouter(speakerAt(speaker.address, { tls })),
        store: new FileViewStore(dir),
        timers: realTimers,
        authorities: () => ca,
      });
      const image = await writer.readImage(ROUTER, 5_000);
      await writer.close();
      return image.ok ? 'read' : image.error.reason;
    };
    expect(await read('speaker.test', readFileSync(cert))).toBe('read');
    expect(await read('another.test', readFileSync(cert))).toContain('does not answer');
    expect(await read('speaker.test', null)).toContain('does not answer');
    await speaker.dispose();
  });
});
