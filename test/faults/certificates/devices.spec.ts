import { Authority, type Issued, type Wanted } from '../../support/authority';
import { NetworkStage } from '../network/stage';

jest.setTimeout(180_000);

const ca = new Authority('devices');
const stranger = new Authority('somebody else');
const good = ca.issue({ name: 'leaf' });

const shown = ({ cert, key }: Issued) => ({
  cert,
  key,
  ca: ca.cert,
  requestCert: true,
  rejectUnauthorized: true,
  ALPNProtocols: ['h2'],
});

/** Each at a switch of its own, all at the same time. */
const WRONG: readonly (readonly [string, Authority, Partial<Wanted>, RegExp])[] = [
  ['leaf1', ca, { fromDays: -9, toDays: -1 }, /expired/],
  ['leaf2', ca, { fromDays: 1 }, /not yet valid/],
  ['leaf3', ca, { addresses: ['127.0.0.2'] }, /altnames/i],
  ['leaf4', stranger, {}, /unable to verify|issuer/i],
];

describe('a switch and a daemon that must prove who they are', () => {
  let stage: NetworkStage;
  const rotate = ({ cert, key }: Issued): void => {
    stage.rehearsal.site.write('own.pem', cert);
    stage.rehearsal.site.write('own.key', key);
  };
  beforeAll(async () => {
    const files = { caFile: 'ca.pem', certFile: 'own.pem', keyFile: 'own.key' };
    const southbound = { operationTimeoutMs: 1_000, tls: { mode: 'mutual', ...files } };
    stage = await NetworkStage.start({
      spec: { southbound },
      tls: shown(good),
      prepare: ({ site }) => {
        site.write('ca.pem', ca.cert);
        const { cert, key } = ca.issue({ name: 'weir' });
        site.write('own.pem', cert);
        site.write('own.key', key);
      },
    });
  });
  afterAll(() => stage.stop());

  const setsSeen = (): number => Object.values(stage.fleet.sets()).flat().length;
  const said = (from: number, pattern: RegExp): boolean =>
    stage.daemon.program.stdout.slice(from).some((line) => pattern.test(line));
  const session = async (device: string): Promise<string | undefined> => {
    const answer = await stage.daemon.request('GET', '/v1/status');
    const { devices } = answer.body as { devices: { device: string; session: string }[] };
    return devices.find((one) => one.device === device)?.session;
  };
  const refusedChange = async () => {
    const { weights } = stage.rehearsal.planned(await stage.rehearsal.configs());
    const routes = stage.rehearsal.devices.map((device) => ({
      device,
      prefix: '10.3.1.0/24',
      weights,
    }));
    const body = { action: { type: 'reroute', routes }, objectiveId: 'LatencyObjective/chat' };
    const answer = await stage.daemon.request('POST', '/v1/changes', body);
    const { change } = answer.body as { change: { id: string } };
    return stage.ended(change.id);
  };
  const inSync = (device: string) =>
    stage.until(`${device} is in sync`, async () => (await session(device)) === 'synced', 60_000);

  it('switches whose certificate expired, is not valid yet, names another host, is of another authority: unknown, and no Set leaves', async () => {
    const before = setsSeen();
    const line = stage.daemon.program.stdout.length;
    for (const [device, authority, wanted] of WRONG) {
      stage.fleet.of(device).certify(shown(authority.issue({ name: device, ...wanted })));
      stage.fleet.of(device).reset();
    }
    for (const [device, , , reason] of WRONG) {
      await stage.until(`the session of ${device} says why`, () =>
        stage.daemon.program.stdout
          .slice(line)
          .some((text) => text.includes(`"${device}"`) && reason.test(text)),
      );
      await stage.until('it is unknown', async () => (await session(device)) === 'unknown');
    }
    expect(await refusedChange()).toMatchObject({ state: 'rejected' });
    expect(setsSeen()).toBe(before);
    for (const [device] of WRONG) stage.fleet.of(device).certify(shown(good));
    for (const [device] of WRONG) await inSync(device);
    await stage.works();
  });

  it('the daemon is renewed without a restart, and goes on', async () => {
    const line = stage.daemon.program.stdout.length;
    rotate(ca.issue({ name: 'weir-renewed' }));
    await stage.until('it is seen', () => said(line, /certificates replaced/));
    await stage.works();
  });

  it('a renewed file is bad: the last good one stays, and the log says which file', async () => {
    const line = stage.daemon.program.stdout.length;
    stage.rehearsal.site.write('own.pem', 'no certificate');
    await stage.until('it is refused', () => said(line, /certFile.*certificates refused/));
    stage.fleet.of('leaf1').reset();
    await inSync('leaf1');
    await stage.works();
  });

  it('a client that the switches refuse: sessions say why, no Set leaves; renewed, it goes on', async () => {
    const line = stage.daemon.program.stdout.length;
    const before = setsSeen();
    rotate(stranger.issue({ name: 'weir' }));
    await stage.until('it is seen', () => said(line, /certificates replaced/));
    for (const device of stage.fleet.devices) stage.fleet.of(device).reset();
    await stage.until('all are unknown', async () => (await session('leaf1')) === 'unknown');
    await stage.until('the sessions say why', () => said(line, /leaf[12].*gnmi session down/));
    expect(await refusedChange()).toMatchObject({ state: 'rejected' });
    expect(setsSeen()).toBe(before);
    rotate(ca.issue({ name: 'weir-again' }));
    for (const device of stage.fleet.devices) await inSync(device);
    await stage.works();
  });
});
