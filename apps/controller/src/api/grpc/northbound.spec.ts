import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { northbound } from '@weir/proto-gen';
import { protoPath } from 'grpc-health-check';
import { startSmallFabric, type SmallFabric } from '../../../test/small-fabric';
import { ready, startTestDaemon, until, type TestDaemon } from '../../../test/test-daemon';

const ADMIN = 'admin-token-000001';
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
    const tokens = `[{ name: ann, role: admin, token: ${ADMIN} }, { name: vic, role: viewer, token: ${VIEWER} }]`;
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
    expect((await failure(call('undo', { changeId: '', dryRun: true })))[0]).toBe(
      status.INVALID_ARGUMENT,
    );
    expect((await failure(call('freeze', { reason: '' })))[0]).toBe(status.INVALID_ARGUMENT);
    expect(
      (await failure(call('listChanges', { pageSize: 501, pageToken: '', state: 0 })))[0],
    ).toBe(status.INVALID_ARGUMENT);
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
