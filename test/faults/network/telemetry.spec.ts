import { seededRandom } from '@weir/core/base';
import { size } from '../figures';
import { NetworkStage } from './stage';

jest.setTimeout(240_000);

const CUTS = size(5, 60);
/** A stream that was silent for three intervals of 200 ms, or one second at least, is given up. */
const NOTICED_MS = 8_000;

interface StatusView {
  readonly phase: string;
  readonly holdReason: string;
  readonly devices: readonly { readonly device: string; readonly session: string }[];
  readonly hottest: readonly { readonly utilizationRatio: number }[];
}

describe('telemetry over a network that breaks', () => {
  let stage: NetworkStage;
  beforeAll(async () => {
    stage = await NetworkStage.start();
  });
  afterEach(() => stage.heal());
  afterAll(() => stage.stop());

  const status = async (): Promise<StatusView> =>
    (await stage.daemon.request('GET', '/v1/status')).body as StatusView;
  const session = async (device: string): Promise<string | undefined> =>
    (await status()).devices.find((one) => one.device === device)?.session;
  const metric = async (name: string): Promise<number> => {
    const { text } = await stage.daemon.request('GET', '/metrics');
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
  };

  it(`is cut ${CUTS} times in the middle of a message: in sync again each time, no rate over the gap`, async () => {
    const random = seededRandom(7);
    const said = (message: string): number =>
      stage.daemon.program.stdout.filter(
        (line) => line.includes('"device":"spine1"') && line.includes(message),
      ).length;
    for (let cut = 0; cut < CUTS; cut++) {
      const [downs, syncs] = [said('gnmi session down'), said('gnmi session synced')];
      stage.fleet.of('spine1').set('down', { cutAfterBytes: 1 + random.below(4_000) });
      await stage.until('it is down', () => said('gnmi session down') > downs, 40_000);
      await stage.until('it is in sync', () => said('gnmi session synced') > syncs, 40_000);
      await stage.until('it is known', async () => (await session('spine1')) === 'synced');
      // Nothing is sent in this fabric: a rate made of a gap or of half a counter would show.
      for (const { utilizationRatio } of (await status()).hottest)
        expect(utilizationRatio).toBeLessThan(0.001);
    }
    expect(await metric('weir_gnmi_session_drops_total')).toBeGreaterThanOrEqual(CUTS);
  });

  it('falls silent without an end: unknown, the loop holds, and no change is made on it', async () => {
    await stage.rehearsal.calm(stage.daemon);
    const before = await stage.rehearsal.configs();
    const { weights } = stage.rehearsal.planned(before);
    for (const device of stage.fleet.devices) stage.fleet.of(device).set('down', { held: true });
    await stage.until(
      'they are unknown',
      async () => (await session('leaf1')) === 'unknown',
      NOTICED_MS,
    );
    await stage.until(
      'the loop holds',
      async () => (await status()).phase === 'holding',
      NOTICED_MS,
    );
    expect((await status()).holdReason).not.toBe('');
    const routes = stage.rehearsal.devices.map((device) => ({
      device,
      prefix: '10.3.1.0/24',
      weights,
    }));
    const answer = await stage.daemon.request('POST', '/v1/changes', {
      action: { type: 'reroute', routes },
      objectiveId: 'LatencyObjective/chat',
    });
    const refused =
      answer.status >= 400
        ? 'refused'
        : (answer.body as { change: { state: string } }).change.state;
    expect(['refused', 'rejected']).toContain(refused);
    stage.fleet.healAll();
    await stage.until(
      'the loop runs again',
      async () => (await status()).phase === 'running',
      60_000,
    );
    expect(await stage.rehearsal.configs()).toEqual(before);
  });

  it('one switch sends far more than was asked: it is shed, and people are answered', async () => {
    await stage.fabric.setFaults('leaf1', { stormFactor: 2_000 });
    await stage.until(
      'samples are shed',
      async () => (await metric('weir_gnmi_shed_total')) > 0,
      30_000,
    );
    const startMs = performance.now();
    for (let at = 0; at < 20; at++) {
      const intent = {
        apiVersion: 'weir.dev/v1',
        kind: 'LatencyObjective',
        metadata: { name: `storm-${at}` },
        spec: {
          workloads: ['chat'],
          class: 'real-time-inference',
          thresholdMs: 60_000,
          flows: [{ sources: ['h1-1'], destinations: ['h3-1'] }],
        },
      };
      const path = `/v1/intents/LatencyObjective/storm-${at}`;
      expect((await stage.daemon.request('PUT', path, intent)).status).toBeLessThan(300);
      expect((await stage.daemon.request('DELETE', path)).status).toBe(200);
    }
    expect((performance.now() - startMs) / 40).toBeLessThan(1_000);
    expect(await metric('process_resident_memory_bytes')).toBeLessThan(600 * 2 ** 20);
    await stage.works();
  });
});
