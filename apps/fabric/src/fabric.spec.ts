import { credentials, Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import { parsePath } from '@weir/gnmi';
import { gnmi, type gnmiExt, otlpCollector } from '@weir/proto-gen';
import { readConfig } from './config/fabric-config';
import { planOfConfig } from './plan/fabric-plan';
import { startFabric, type RunningFabric } from './start-fabric';

const SMALL = `
apiVersion: weir.dev/v1
kind: Fabric
metadata: { name: small }
spec:
  stage: plain
  leaves: 2
  spines: 2
  hostPortsPerLeaf: 2
  stepMs: 20
  otlp: { intervalMs: 100 }
  workloads:
    - { kind: inference, name: chat, clients: [h1-1], servers: [h2-1], requestsPerSecond: 500 }
`;

let running: RunningFabric;
let client: InstanceType<typeof gnmi.gNMIClient>;

async function start(text = SMALL): Promise<void> {
  const config = readConfig(text);
  if (!config.ok) throw new Error(`${config.error.where}: ${config.error.reason}`);
  const plan = planOfConfig(config.value);
  if (!plan.ok) throw new Error(`${plan.error.where}: ${plan.error.reason}`);
  const started = await startFabric(config.value, plan.value, () => undefined);
  if (!started.ok) throw new Error(`${started.error.where}: ${started.error.reason}`);
  running = started.value;
  const port = running.process.switches.get('leaf1')?.port ?? 0;
  client = new gnmi.gNMIClient(`127.0.0.1:${port}`, credentials.createInsecure());
}

beforeEach(() => start());
afterEach(async () => {
  client.close();
  await running.close();
});

const STATIC =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]' +
  '/static-routes/static[prefix=10.2.1.0/24]/next-hops';
const weightPath = (index: number): string =>
  `${STATIC}/next-hop[index=${index}]/config/wecmp-weight`;
const pathOf = (text: string): gnmi.Path =>
  gnmi.Path.fromPartial({
    elem: parsePath(text).map(({ name, key }) => ({ name, key: { ...key } })),
  });

function set(
  updates: Readonly<Record<string, unknown>>,
  commit?: gnmiExt.Commit['action'],
  timeoutMs = 5_000,
): Promise<gnmi.SetResponse> {
  const extension =
    commit === undefined
      ? []
      : [{ ext: { $case: 'commit' as const, value: { id: 'tx-1', action: commit } } }];
  const request = gnmi.SetRequest.fromPartial({
    update: Object.entries(updates).map(([path, value]) => ({
      path: pathOf(path),
      val: { value: { $case: 'jsonIetfVal', value: Buffer.from(JSON.stringify(value)) } },
    })),
    extension,
  } as never);
  const deadline = Date.now() + timeoutMs;
  return new Promise((resolve, reject) => {
    client.set(request, new Metadata(), { deadline }, (error, response) =>
      error === null ? resolve(response) : reject(error),
    );
  });
}

function read(path: string): Promise<string> {
  const request = gnmi.GetRequest.fromPartial({
    path: [pathOf(path)],
    encoding: gnmi.Encoding.JSON_IETF,
  } as never);
  return new Promise((resolve, reject) => {
    client.get(request, new Metadata(), { deadline: Date.now() + 5_000 }, (error, response) => {
      if (error !== null) return reject(error);
      const value = response.notification[0]?.update[0]?.val?.value;
      resolve(value?.$case === 'jsonIetfVal' ? Buffer.from(value.value).toString() : '');
    });
  });
}

async function until(what: () => boolean | Promise<boolean>, deadlineMs = 5_000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`not in ${deadlineMs} ms: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const codeOf = (attempt: Promise<unknown>): Promise<status> =>
  attempt.then(
    () => status.OK,
    (error: ServiceError) => error.code,
  );

const control = async (method: string, path: string, body?: unknown) => {
  const response = await fetch(`${running.controlUrl}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
};

const share = (port: string): number => {
  const ports = running.process.world.counters('leaf1').interfaces;
  const total = (ports.get('eth1')?.outOctets ?? 0) + (ports.get('eth2')?.outOctets ?? 0);
  return (ports.get(port)?.outOctets ?? 0) / total;
};

describe('a fabric that listens', () => {
  it('counts traffic, and moves it by the weights of a Set', async () => {
    await until(() => running.process.world.nowMs > 200);
    expect(share('eth1')).toBeCloseTo(0.5, 6);
    const octets = '/interfaces/interface[name=eth1]/state/counters/out-octets';
    // RFC 7951: 64-bit counters are strings.
    expect(await read(octets)).toMatch(/^"\d+"$/);
    const pauses = '/interfaces/interface[name=eth1]/ethernet/state/counters/in-mac-pause-frames';
    expect(await read(pauses)).toMatch(/^"\d+"$/);
    await set({ [weightPath(1)]: '16', [weightPath(2)]: '48' });
    expect(await read(weightPath(2))).toBe('"48"');
    const before = running.process.world.counters('leaf1').interfaces.get('eth2')?.outOctets ?? 0;
    const before1 = running.process.world.counters('leaf1').interfaces.get('eth1')?.outOctets ?? 0;
    const then = running.process.world.nowMs;
    await until(() => running.process.world.nowMs > then + 200);
    const ports = running.process.world.counters('leaf1').interfaces;
    const ratio =
      ((ports.get('eth2')?.outOctets ?? 0) - before) /
      ((ports.get('eth1')?.outOctets ?? 0) - before1);
    expect(ratio).toBeCloseTo(3, 1);
    expect((await control('GET', '/sets')).text).toContain('"leaf1":{"received":1,"applied":1}');
  });

  it('counts what is forwarded for each prefix, hosts of its own included', async () => {
    await until(() => running.process.world.nowMs > 200);
    const entry = (prefix: string): string =>
      `/network-instances/network-instance[name=DEFAULT]/afts/ipv4-unicast/ipv4-entry[prefix=${prefix}]/state/counters/octets-forwarded`;
    expect(BigInt(JSON.parse(await read(entry('10.2.1.0/24'))) as string)).toBeGreaterThan(0n);
    expect(BigInt(JSON.parse(await read(entry('10.1.1.0/24'))) as string)).toBeGreaterThan(0n);
  });

  it('rolls an unconfirmed commit back in the data plane too', async () => {
    await set({ [weightPath(1)]: '1' }, {
      $case: 'commit',
      value: { rollbackDuration: { seconds: 0n, nanos: 300_000_000 } },
    } as never);
    const weight = (): number | undefined =>
      running.process.world.settings('leaf1').routes.get('10.2.1.0/24')?.[0]?.weight;
    expect(weight()).toBe(1);
    expect(await codeOf(set({ [weightPath(1)]: '2' }))).toBe(status.FAILED_PRECONDITION);
    await until(() => weight() === 32);
    expect(await read(weightPath(1))).toBe('"32"');
  });

  it.each([
    [
      'an interface that is not there',
      { [`${STATIC}/next-hop[index=1]/interface-ref/config/interface`]: 'eth99' },
    ],
    ['a weight that is no number', { [weightPath(1)]: 'heavy' }],
    [
      'a buffer profile that is not there',
      {
        '/qos/interfaces/interface[interface-id=eth1]/output/config/buffer-allocation-profile': 'x',
      },
    ],
  ])('refuses %s and changes nothing', async (_, updates) => {
    const before = (await control('GET', '/config/leaf1')).text;
    expect(await codeOf(set(updates))).toBe(status.INVALID_ARGUMENT);
    expect((await control('GET', '/config/leaf1')).text).toBe(before);
  });

  it('fails a Set before or after it was applied', async () => {
    await control('PUT', '/switches/leaf1/faults', { failBeforeApply: 1 });
    expect(await codeOf(set({ [weightPath(1)]: '5' }))).toBe(status.ABORTED);
    expect(await read(weightPath(1))).toBe('"32"');
    await control('PUT', '/switches/leaf1/faults', { failAfterApply: 1 });
    expect(await codeOf(set({ [weightPath(1)]: '6' }))).toBe(status.UNKNOWN);
    expect(await read(weightPath(1))).toBe('"6"');
    expect(await codeOf(set({ [weightPath(1)]: '7' }))).toBe(status.OK);
  });

  it('answers a Set that it did not apply, applies one late, and answers one late', async () => {
    await control('PUT', '/switches/leaf1/faults', { pretend: 1 });
    expect(await codeOf(set({ [weightPath(1)]: '5' }))).toBe(status.OK);
    expect(await read(weightPath(1))).toBe('"32"');
    await control('PUT', '/switches/leaf1/faults', { slowAnswerMs: 300 });
    const late = codeOf(set({ [weightPath(1)]: '6' }, undefined, 200));
    expect(await late).toBe(status.DEADLINE_EXCEEDED);
    expect(await read(weightPath(1))).toBe('"6"');
    await control('PUT', '/switches/leaf1/faults', { slowAnswerMs: 0, slowApplyMs: 300 });
    expect(await codeOf(set({ [weightPath(1)]: '7' }, undefined, 200))).toBe(
      status.DEADLINE_EXCEEDED,
    );
    expect(await read(weightPath(1))).toBe('"6"');
    // One Set at a time: this one is answered when the late one has been applied.
    expect(await codeOf(set({}))).toBe(status.OK);
    expect(await read(weightPath(1))).toBe('"7"');
  });

  it('hangs until it is told not to', async () => {
    await control('PUT', '/switches/leaf1/faults', { hang: true });
    expect(await codeOf(set({ [weightPath(1)]: '5' }, undefined, 200))).toBe(
      status.DEADLINE_EXCEEDED,
    );
    await control('PUT', '/switches/leaf1/faults', { hang: false });
    expect(await codeOf(set({ [weightPath(1)]: '8' }))).toBe(status.OK);
  });

  it('ignores extensions on demand: the commit is permanent at once', async () => {
    await control('PUT', '/switches/leaf1/faults', { ignoreExtensions: true });
    await set({ [weightPath(1)]: '9' }, {
      $case: 'commit',
      value: { rollbackDuration: { seconds: 0n, nanos: 50_000_000 } },
    } as never);
    expect(running.process.switches.get('leaf1')?.pendingCommit()).toBeNull();
    expect(await codeOf(set({ [weightPath(1)]: '10' }))).toBe(status.OK);
  });

  it('dies, comes back on the same port with its configuration, and counts from zero', async () => {
    await set({ [weightPath(1)]: '11' });
    const boot = await read('/system/state/boot-time');
    await control('POST', '/switches/leaf1/kill');
    await expect(set({ [weightPath(1)]: '12' }, undefined, 300)).rejects.toThrow();
    expect(running.process.world.portUp('spine1', 'eth1')).toBe(false);
    await control('POST', '/switches/leaf1/restore');
    await until(async () => (await codeOf(read(weightPath(1)))) === status.OK);
    expect(await read(weightPath(1))).toBe('"11"');
    expect(await read('/system/state/boot-time')).not.toBe(boot);
    expect(running.process.world.portUp('spine1', 'eth1')).toBe(true);
  });

  it('reports what requests took over OTLP', async () => {
    const received: otlpCollector.ExportMetricsServiceRequest[] = [];
    const server = new Server();
    const service: otlpCollector.MetricsServiceServer = {
      export: (call, done) => {
        received.push(call.request);
        done(null, otlpCollector.ExportMetricsServiceResponse.create());
      },
    };
    server.addService(otlpCollector.MetricsServiceService, service);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    const answer = await control('PUT', '/otlp', { endpoint: `127.0.0.1:${port}` });
    expect(answer.status).toBe(200);
    await until(() => received.length >= 2);
    const resource = received[1]?.resourceMetrics[0];
    expect(resource?.resource?.attributes.map((attribute) => attribute.key)).toEqual([
      'service.name',
      'weir.traffic_class',
    ]);
    const metric = resource?.scopeMetrics[0]?.metrics[0];
    expect(metric?.name).toBe('http.server.request.duration');
    const data = metric?.data;
    const point = data?.$case === 'histogram' ? data.value.dataPoints[0] : undefined;
    expect(point?.count).toBeGreaterThan(10n);
    expect(point?.bucketCounts).toHaveLength((point?.explicitBounds.length ?? 0) + 1);
    server.forceShutdown();
  });

  it('says in the control API what is wrong, and where', async () => {
    const workload = { kind: 'bulk', name: 'copy', sources: ['h1-1'], destinations: ['h9-9'] };
    const unknown = await control('POST', '/workloads', workload);
    expect([unknown.status, JSON.parse(unknown.text)]).toMatchObject([
      400,
      { code: 'request-invalid', where: 'workloads.copy.destinations[0]' },
    ]);
    const misspelt = await control('POST', '/workloads', { ...workload, stream: 3 });
    expect(misspelt.text).toContain('did you mean');
    expect((await control('GET', '/config/leaf99')).status).toBe(404);
    expect((await control('DELETE', '/workloads/nobody')).status).toBe(404);
    const link = encodeURIComponent('leaf1:eth1--spine1:eth1');
    expect((await control('PUT', `/links/${link}/fault`, { grayLossRatio: 2 })).status).toBe(400);
    expect((await control('PUT', `/links/${link}/fault`, { up: false })).status).toBe(200);
    expect(await read('/interfaces/interface[name=eth1]/state/oper-status')).toBe('"DOWN"');
  });
});

describe('the configuration of a fabric', () => {
  it.each([
    ['spec:\n  leafs: 3', 'spec.leafs', 'did you mean "leaves"?'],
    ['spec:\n  linkCapacity: fast', 'spec.linkCapacity', 'capacity in bits per second'],
    ['spec:\n  workloads: [{ kind: bulk, name: x }]', 'spec.workloads[0].sources', ''],
    ['spec: [', 'line', ''],
  ])('names the field: %j', (text, where, reason) => {
    const head = 'apiVersion: weir.dev/v1\nkind: Fabric\nmetadata: { name: x }\n';
    const config = readConfig(head + text);
    if (config.ok) throw new Error('accepted');
    expect(config.error.where).toContain(where);
    expect(config.error.reason).toContain(reason);
  });
});
