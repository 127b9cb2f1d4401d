import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { MODE_NAMES } from '@weir/contracts';
import { northbound } from '@weir/proto-gen';
import { protoPath } from 'grpc-health-check';
import { startSmallFabric, type SmallFabric } from '../../../test/small-fabric';
import { ready, startTestDaemon, until, type TestDaemon } from '../../../test/test-daemon';
import { modeWord } from './messages';

const ADMIN = 'admin-token-000001';
const OPERATOR = 'operator-token-001';
const VIEWER = 'viewer-token-00001';
const INTENT = {
  apiVersion: 'weir.dev/v1',
  kind: 'LatencyObjective',
  metadata: { name: 'chat' },
  spec: {
    workloads: ['chat'],
    class: 'real-time-inference',
    quantile: 0.95,
    thresholdMs: 100,
    targetRatio: 0.999,
    flows: [{ sources: ['h1'], destinations: ['h2'] }],
  },
};

type Client = InstanceType<typeof northbound.NorthboundClient>;
type Unary = (
  request: never,
  metadata: Metadata,
  done: (error: ServiceError | null, answer: never) => void,
) => unknown;

jest.setTimeout(30_000);

describe('northbound gRPC on real gNMI targets', () => {
  let fabric: SmallFabric;
  let daemon: TestDaemon;
  let client: Client;

  beforeAll(async () => {
    fabric = await startSmallFabric();
    const tokens = `[{ name: ann, role: admin, token: ${ADMIN} }, { name: bob, role: operator, token: ${OPERATOR} }, { name: vic, role: viewer, token: ${VIEWER} }]`;
    const api = `  api: { http: { port: 0 }, grpc: { port: 0 }, auth: { tokens: ${tokens} } }\n`;
    daemon = await startTestDaemon(fabric.dir, api);
    await ready(daemon);
    client = new northbound.NorthboundClient(address(), credentials.createInsecure());
  });
  afterAll(async () => {
    client.close();
    await daemon.stop();
    await fabric.close();
  });

  const address = (): string => `127.0.0.1:${daemon.addresses.grpc}`;
  const bearer = (token: string): Metadata => {
    const metadata = new Metadata();
    if (token !== '') metadata.set('authorization', `Bearer ${token}`);
    return metadata;
  };
  function call<Answer>(method: keyof Client, request: unknown, token = ADMIN): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const unary = (client[method] as unknown as Unary).bind(client);
      unary(request as never, bearer(token), (error, answer) => {
        if (error === null) resolve(answer);
        else reject(error);
      });
    });
  }
  const failure = async (answer: Promise<unknown>): Promise<[number, string]> => {
    const error = (await answer.then(
      () => new Error('it was accepted'),
      (reason: unknown) => reason,
    )) as ServiceError;
    return [error.code, error.details];
  };

  it('shows the live view', async () => {
    const answer = await call<northbound.GetStatusResponse>('getStatus', {});
    expect(answer.phase).toBe('running');
    expect(answer.devices.map(({ device }) => device)).toContain('leaf1');
  });

  it('takes an intent and deletes it', async () => {
    const put = await call<northbound.PutIntentResponse>('putIntent', {
      resource: INTENT,
      dryRun: false,
    });
    expect(put.intent).toMatchObject({ kind: 'LatencyObjective', name: 'chat', generation: 1n });
    const list = await call<northbound.ListIntentsResponse>('listIntents', {
      kind: '',
      pageSize: 0,
      pageToken: '',
    });
    expect(list.intents.map(({ name }) => name)).toEqual(['chat']);
    expect(list.intents[0]?.spec).toMatchObject({ thresholdMs: 100 });
    await call('deleteIntent', { kind: 'LatencyObjective', name: 'chat', dryRun: false });
    const left = await call<northbound.ListIntentsResponse>('listIntents', {
      kind: '',
      pageSize: 0,
      pageToken: '',
    });
    expect(left.intents).toEqual([]);
  });

  it('refuses with the stable code first, and names the field', async () => {
    const bad = { ...INTENT, spec: { ...INTENT.spec, quantile: 2 } };
    expect(await failure(call('putIntent', { resource: bad, dryRun: false }))).toEqual([
      status.INVALID_ARGUMENT,
      expect.stringMatching(/^intent-invalid: spec\.quantile: /),
    ]);
    expect(
      await failure(call('putIntent', { resource: { kind: 'Drain' }, dryRun: false })),
    ).toEqual([status.INVALID_ARGUMENT, expect.stringMatching(/^request-invalid: apiVersion: /)]);
    expect(await failure(call('getChange', { changeId: 'chg-9' }))).toEqual([
      status.NOT_FOUND,
      expect.stringMatching(/^not-found: change_id: /),
    ]);
    expect(await failure(call('explain', { id: 'inc-9' }))).toEqual([
      status.NOT_FOUND,
      expect.stringMatching(/^not-found: id: no change or incident is called inc-9/),
    ]);
    expect((await failure(call('explain', { id: '' })))[0]).toBe(status.INVALID_ARGUMENT);
    expect((await failure(call('undo', { changeId: '', dryRun: true })))[0]).toBe(
      status.INVALID_ARGUMENT,
    );
    expect((await failure(call('freeze', { reason: '' })))[0]).toBe(status.INVALID_ARGUMENT);
    expect(
      (await failure(call('listChanges', { pageSize: 501, pageToken: '', state: 0 })))[0],
    ).toBe(status.INVALID_ARGUMENT);
  });

  it('proposes a change: the plan, that very plan, or a refusal', async () => {
    const reroute = {
      routes: [{ device: 'leaf1', prefix: '10.0.2.0/24', weights: { eth1: 48, eth2: 16 } }],
    };
    const propose = (fields: object) =>
      call<northbound.ProposeResponse>('propose', {
        action: { $case: 'reroute', value: reroute },
        ...{ objectiveId: '', planHash: '', dryRun: true },
        ...fields,
      });
    const dry = await propose({});
    expect(dry).toMatchObject({
      dryRun: true,
      change: { origin: 'operator', actionType: 'reroute' },
    });
    const planHash = dry.change?.plan?.hash ?? '';
    expect(planHash).toMatch(/^[0-9a-f]{64}$/);
    expect((await propose({ planHash })).change?.plan?.hash).toBe(planHash);
    expect(await failure(propose({ planHash: 'f'.repeat(64), dryRun: false }))).toEqual([
      status.FAILED_PRECONDITION,
      expect.stringMatching(/^plan-hash-mismatch: planHash: /),
    ]);
    const made = await propose({ planHash, dryRun: false });
    const changeId = made.change?.id ?? '';
    const shown = await call<northbound.GetChangeResponse>('getChange', { changeId });
    expect(shown.change?.plan?.hash).toBe(planHash);
    const told = await call<northbound.ExplainResponse>('explain', { id: changeId });
    expect(told.explanation).toMatchObject({
      subject: { kind: 'change', id: changeId },
      origin: { type: 'operator' },
      choice: { planHash },
    });
  });

  const policy = (...segments: string[]) => ({
    ...{ device: 'leaf1', color: 100, endpoint: '10.255.0.2', preference: 200 },
    segmentLists: [{ weight: 1, segments }],
  });
  it('proposes an SR policy, which a device without BGP refuses', async () => {
    const action = { $case: 'srPolicy', value: { policies: [policy('16001')] } };
    const request = { action, objectiveId: '', planHash: '', dryRun: true };
    expect(await failure(call('propose', request))).toEqual([
      status.FAILED_PRECONDITION,
      expect.stringContaining('cannot write SR policies'),
    ]);
  });

  const queue = { device: 'leaf1', interface: 'eth1', queue: 'rt' };
  const ecn = { ...queue, minThresholdBytes: 1n, maxThresholdBytes: 2n, maxProbabilityPercent: 5 };
  it.each([
    ['no action', undefined, 'action: one of reroute, buffer, ecn, scheduler, sr_policy'],
    ['no routes', { $case: 'reroute', value: { routes: [] } }, 'reroute.routes: '],
    [
      'a prefix that is none',
      {
        $case: 'reroute',
        value: { routes: [{ device: 'leaf1', prefix: 'x', weights: { e: 1 } }] },
      },
      'reroute.routes[0].prefix: ',
    ],
    [
      'a factor out of range',
      { $case: 'buffer', value: { settings: [{ ...queue, scalingFactor: -9 }] } },
      'buffer.settings[0].scaling_factor: ',
    ],
    [
      'a threshold beyond exact numbers',
      { $case: 'ecn', value: { settings: [{ ...ecn, maxThresholdBytes: 2n ** 64n - 1n }] } },
      'ecn.settings[0].max_threshold_bytes: ',
    ],
    [
      'thresholds the wrong way round',
      { $case: 'ecn', value: { settings: [{ ...ecn, minThresholdBytes: 3n }] } },
      'ecn.settings[0].min_threshold_bytes: must not be above',
    ],
    [
      'a weight that serves nothing',
      { $case: 'scheduler', value: { settings: [{ ...queue, weight: 0 }] } },
      'scheduler.settings[0].weight: ',
    ],
    [
      'a reserved label',
      { $case: 'srPolicy', value: { policies: [policy('15')] } },
      'sr_policy.policies[0].segment_lists[0].segments[0]: ',
    ],
    [
      'labels beside SIDs',
      { $case: 'srPolicy', value: { policies: [policy('16001', 'fc00::')] } },
      'sr_policy.policies[0].segment_lists[0].segments: labels and SRv6 SIDs',
    ],
  ])('refuses a proposal with %s by its field', async (_, action, text) => {
    const request = { action, objectiveId: '', planHash: '', dryRun: true };
    expect(await failure(call('propose', request))).toEqual([
      status.INVALID_ARGUMENT,
      expect.stringContaining(`request-invalid: ${text}`),
    ]);
  });

  it('sets modes and lifts fences, of what exists and for admins', async () => {
    const setMode = (fields: object, token = ADMIN) =>
      call(
        'setMode',
        {
          scope: { $case: 'rule', value: 'reroute' },
          ...{ mode: northbound.Mode.MODE_SUGGEST },
          ...fields,
        },
        token,
      );
    await setMode({});
    const group = { $case: 'group', value: 'leaf' };
    // Every word of the contracts has its number, and the other way round.
    const words = MODE_NAMES.map((word) => northbound.modeFromJSON(`MODE_${word.toUpperCase()}`));
    expect(words.map(modeWord)).toEqual(MODE_NAMES);
    for (const mode of words) await setMode({ scope: group, mode });
    const modes = await fetch(`${daemon.url}/v1/modes`, {
      headers: { authorization: `Bearer ${ADMIN}` },
    });
    expect(await modes.json()).toMatchObject({
      rules: { reroute: 'suggest' },
      groups: { leaf: 'auto' },
    });
    const { INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED } = status;
    for (const [fields, code, text] of [
      [{ scope: undefined }, INVALID_ARGUMENT, 'request-invalid: scope: '],
      [{ mode: 0 }, INVALID_ARGUMENT, 'request-invalid: mode: required'],
      [{ mode: 9 }, INVALID_ARGUMENT, 'request-invalid: mode: '],
      [{ scope: { $case: 'rule', value: 'none' } }, NOT_FOUND, 'not-found: rule: '],
      [{ scope: { $case: 'group', value: 'toString' } }, NOT_FOUND, 'not-found: group: '],
    ] as const)
      expect(await failure(setMode(fields))).toEqual([code, expect.stringContaining(text)]);
    expect((await failure(setMode({}, OPERATOR)))[0]).toBe(PERMISSION_DENIED);

    const unfence = (device: string, token = ADMIN) => call('unfence', { device }, token);
    expect(await failure(unfence('leaf9'))).toEqual([
      NOT_FOUND,
      expect.stringMatching(/^device-unknown: device: /),
    ]);
    // The device exists and is not fenced: the engine says so.
    expect((await failure(unfence('leaf1')))[1]).toMatch(/^not-found: device: /);
    expect((await failure(unfence('')))[0]).toBe(INVALID_ARGUMENT);
    expect((await failure(unfence('leaf1', OPERATOR)))[0]).toBe(PERMISSION_DENIED);
  });

  it('asks for a token and for the role of the call', async () => {
    expect((await failure(call('getStatus', {}, '')))[0]).toBe(status.UNAUTHENTICATED);
    expect((await failure(call('freeze', { reason: 'x' }, VIEWER)))[0]).toBe(
      status.PERMISSION_DENIED,
    );
    await call('getStatus', {}, VIEWER);
  });

  it('watches the journal from a sequence on, then live', async () => {
    const seen: northbound.WatchJournalResponse[] = [];
    const stream = client.watchJournal({ fromSequence: 1n }, bearer(VIEWER));
    stream.on('data', (record: northbound.WatchJournalResponse) => seen.push(record));
    stream.on('error', () => undefined);
    await call('freeze', { reason: 'watched' });
    await until('the freeze', async () => seen.find(({ kind }) => kind === 'frozen'));
    stream.cancel();
    expect(seen.map(({ sequence }) => sequence)).toEqual(seen.map((_, i) => BigInt(i + 1)));
    expect(seen.at(-1)?.body).toMatchObject({ reason: 'watched', by: 'ann' });
    await call('unfreeze', {});
  });

  it('answers health checks', async () => {
    const loaded = grpc.loadPackageDefinition(loadSync(protoPath)) as unknown as {
      grpc: { health: { v1: { Health: grpc.ServiceClientConstructor } } };
    };
    const health = new loaded.grpc.health.v1.Health(address(), credentials.createInsecure());
    const answer = await new Promise((resolve, reject) => {
      const check = health['check']?.bind(health) as unknown as Unary;
      check({ service: 'weir.v1.Northbound' } as never, new Metadata(), (error, value) => {
        if (error === null) resolve(value);
        else reject(error);
      });
    });
    health.close();
    // Without `enums` proto-loader gives numbers: 1 is SERVING.
    expect(answer).toEqual({ status: 1 });
  });

  it('describes itself by reflection', async () => {
    const codec = { encode: (text: string) => Buffer.from(text, 'latin1') };
    const raw = new grpc.Client(address(), credentials.createInsecure());
    const stream = raw.makeBidiStreamRequest(
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      codec.encode,
      (bytes: Buffer) => bytes.toString('latin1'),
    );
    const answer = new Promise<string>((resolve, reject) => {
      stream.on('data', resolve);
      stream.on('error', reject);
    });
    // ServerReflectionRequest { list_services = 7: "*" }.
    stream.write('\x3a\x01*');
    expect(await answer).toContain('weir.v1.Northbound');
    stream.end();
    raw.close();
  });
});
