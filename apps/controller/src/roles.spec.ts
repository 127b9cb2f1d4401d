import { describeWithRedis } from '@weir/conformance';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listening, runDaemon, type DaemonProcess } from '../test/daemon-process';
import { startSmallFabric, type SmallFabric } from '../test/small-fabric';
import { until } from '../test/test-daemon';

jest.setTimeout(180_000);

const ROLES = ['ingest', 'engine', 'southbound', 'api'] as const;
const REROUTE = {
  action: {
    type: 'reroute',
    routes: [{ device: 'leaf1', prefix: '10.0.2.0/24', weights: { eth1: 48, eth2: 16 } }],
  },
};

describeWithRedis('the four roles as separate processes on Redis', (redis) => {
  let fabric: SmallFabric;
  const running: DaemonProcess[] = [];

  beforeAll(async () => {
    fabric = await startSmallFabric();
  });
  afterAll(async () => {
    for (const daemon of running) daemon.child.kill('SIGKILL');
    await fabric.close();
  });

  async function start(name: string, roles: readonly string[]) {
    const file = join(fabric.dir, `${name}.yaml`);
    writeFileSync(
      file,
      `apiVersion: weir.dev/v1
kind: ControllerConfig
spec:
  roles: [${roles.join(', ')}]
  topology: topology.yaml
  journal: { dir: journal-${name} }
  redis: { url: '${redis().url}' }
  tickMs: 100
  telemetry: { sampleIntervalMs: 500, otlp: { port: 0 } }
  api: { http: { port: 0 }, grpc: { port: 0 } }
`,
    );
    const daemon = runDaemon(['--config', file]);
    running.push(daemon);
    const bound = await until(
      `${name} listens: ${daemon.errors.join()}`,
      async () => listening(daemon),
      30_000,
    );
    return { ...daemon, url: `http://127.0.0.1:${bound.http}` };
  }
  const ready = (url: string) =>
    until('ready', async () => (await fetch(`${url}/readyz`)).status === 200, 30_000);
  const get = async (url: string) => (await (await fetch(url)).json()) as Record<string, unknown>;

  it('plan a change together, and another engine takes over from a leader that hangs', async () => {
    const daemons = new Map<string, Awaited<ReturnType<typeof start>>>();
    for (const role of ROLES) daemons.set(role, await start(role, [role]));
    for (const daemon of daemons.values()) await ready(daemon.url);
    const api = daemons.get('api')?.url ?? '';
    expect(await get(`${api}/v1/status`)).toMatchObject({ phase: 'running', epoch: 1 });

    const body = JSON.stringify(REROUTE);
    const headers = { 'content-type': 'application/json' };
    const planned = await fetch(`${api}/v1/changes?dryRun=true`, { method: 'POST', headers, body });
    expect([planned.status, JSON.stringify(await planned.json())]).toEqual([
      200,
      expect.stringMatching(/"after":"?48\b/),
    ]);
    await fetch(`${api}/v1/freeze`, { method: 'POST', headers, body: '{"reason":"hand over"}' });

    const standby = await start('standby', ['engine']);
    const leader = daemons.get('engine');
    leader?.child.kill('SIGSTOP');
    await until(
      'the standby leads',
      async () => {
        const status = await get(`${api}/v1/status`);
        return status['epoch'] === 2 && status['phase'] === 'running';
      },
      30_000,
    );
    // Awake again, the old leader finds its lease gone: it asks to be started anew.
    leader?.child.kill('SIGCONT');
    expect(await leader?.ended).toBe(3);
    expect(await get(`${api}/v1/status`)).toMatchObject({ frozen: { reason: 'hand over' } });
    expect(await get(`${api}/v1/journal/verify`)).toMatchObject({ chain: 'ok' });
    await ready(standby.url);

    for (const name of ['ingest', 'southbound', 'api']) daemons.get(name)?.child.kill('SIGTERM');
    standby.child.kill('SIGTERM');
    for (const name of ['ingest', 'southbound', 'api'])
      expect(await daemons.get(name)?.ended).toBe(0);
    expect(await standby.ended).toBe(0);
  });
});
