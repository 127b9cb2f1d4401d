import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSmallFabric, type SmallFabric } from '../test/small-fabric';
import { ready, startTestDaemon, until, type TestDaemon } from '../test/test-daemon';
import { catalog } from './wiring/catalog';

const CHAT = `apiVersion: weir.dev/v1
kind: LatencyObjective
metadata: { name: chat }
spec:
  { workloads: [chat], class: real-time-inference, quantile: 0.95, thresholdMs: 100,
    targetRatio: 0.999, flows: [{ sources: [h1], destinations: [h2] }] }
`;

/** Any answer: the contracts are checked by the spec of the API. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Answer = Record<string, any>;

jest.setTimeout(30_000);

describe('reload and restart', () => {
  let fabric: SmallFabric;
  let daemon: TestDaemon;
  const policyFile = (): string => join(fabric.dir, 'policy.yaml');

  beforeEach(async () => {
    fabric = await startSmallFabric();
    writeFileSync(policyFile(), catalog.defaultPolicyText);
    writeFileSync(join(fabric.dir, 'chat.yaml'), CHAT);
    daemon = await startTestDaemon(fabric.dir, '  policy: policy.yaml\n  intents: [chat.yaml]\n');
    await ready(daemon);
  });
  afterEach(async () => {
    await daemon.stop();
    await fabric.close();
  });

  const get = async (path: string) => (await (await fetch(daemon.url + path)).json()) as Answer;
  const hash = async (): Promise<string> => (await get('/readyz'))['config']['hash'];

  it('takes a good policy and keeps the last good one when the next is bad', async () => {
    const first = await hash();
    writeFileSync(
      policyFile(),
      catalog.defaultPolicyText.replace(/name: default\b/, 'name: second'),
    );
    await daemon.reload('test');
    expect((await get('/v1/status'))['policy']['name']).toBe('second');
    const second = await hash();
    expect(second).not.toBe(first);

    writeFileSync(policyFile(), catalog.defaultPolicyText.replace(/when: .*/, 'when: nonsense('));
    await daemon.reload('test');
    const config = (await get('/readyz'))['config'] as { hash: string; lastReload: unknown };
    expect(config.hash).toBe(second);
    expect(config.lastReload).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/policy\.yaml: spec\.rules\[0\]\.when: /),
    });
    expect((await get('/v1/status'))['policy']['name']).toBe('second');
    const metrics = await (await fetch(`${daemon.url}/metrics`)).text();
    expect(metrics).toMatch(/^weir_config_last_reload_success 0$/m);
    expect(daemon.lines).toContainEqual(
      expect.objectContaining({ msg: 'reload refused, last good configuration stays' }),
    );
  });

  it('sees a changed file by itself', async () => {
    const first = await hash();
    writeFileSync(policyFile(), catalog.defaultPolicyText.replace(/name: default\b/, 'name: seen'));
    await until('the new policy', async () => (await hash()) !== first);
  });

  it('takes a new topology: the loop starts anew on it and comes to run', async () => {
    const file = join(fabric.dir, 'topology.yaml');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('name: h2', 'name: h3'));
    writeFileSync(join(fabric.dir, 'chat.yaml'), CHAT.replace('[h2]', '[h3]'));
    await daemon.reload('test');
    const topology = await get('/v1/topology');
    expect((topology['endpoints'] as { name: string }[]).map(({ name }) => name)).toEqual([
      'h1',
      'h3',
    ]);
    await until('running on it', async () => {
      const status = (await get('/v1/status')) as unknown as {
        phase: string;
        topologyRevision: string;
      };
      return status.phase === 'running' && status.topologyRevision === topology['revision'];
    });
  });

  it('puts the intents of files in place once, and keeps what people changed over a restart', async () => {
    await until(
      'the intent',
      async () => (await fetch(`${daemon.url}/v1/intents/lo/chat`)).status === 200,
    );
    const put = await fetch(`${daemon.url}/v1/intents/LatencyObjective/chat`, { method: 'DELETE' });
    expect(put.status).toBe(200);
    const before = (await get('/v1/journal?limit=1000'))['items'] as { hash: string }[];
    await daemon.stop();
    daemon = await startTestDaemon(fabric.dir, '  policy: policy.yaml\n  intents: [chat.yaml]\n');
    await ready(daemon);
    const after = (await get('/v1/journal?limit=1000'))['items'] as { hash: string }[];
    expect(after.slice(0, before.length).map((record) => record.hash)).toEqual(
      before.map((record) => record.hash),
    );
    expect((await get('/v1/intents'))['items']).toEqual([]);
    expect((await get('/v1/journal/verify'))['chain']).toBe('ok');
  });
});
