import { startSmallFabric, type SmallFabric } from './testing/small-fabric';
import { ready, startTestDaemon, until, type TestDaemon } from './testing/test-daemon';

const OBJECTIVE = {
  apiVersion: 'weir.dev/v1',
  kind: 'LatencyObjective',
  metadata: { name: 'chat' },
  spec: {},
};

describe('daemon, all roles in one process, on real gNMI targets', () => {
  let fabric: SmallFabric;
  let daemon: TestDaemon;

  beforeAll(async () => {
    fabric = await startSmallFabric();
    daemon = await startTestDaemon(fabric.dir);
    await ready(daemon);
  });
  afterAll(async () => {
    await daemon.stop();
    await fabric.close();
  });

  const get = async (path: string): Promise<Record<string, never>> =>
    (await (await fetch(daemon.url + path)).json()) as Record<string, never>;

  it('passes every phase', async () => {
    const body = await get('/readyz');
    process.stderr.write(JSON.stringify(body) + JSON.stringify(await get('/v1/status')));
  });
});
