import { createServer, type AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listening, runDaemon, type DaemonProcess } from '../test/daemon-process';
import { startSmallFabric, type SmallFabric } from '../test/small-fabric';
import { configText, until } from '../test/test-daemon';

jest.setTimeout(120_000);

describe('weir-controller as a program', () => {
  let fabric: SmallFabric;
  const running: DaemonProcess[] = [];

  beforeAll(async () => {
    fabric = await startSmallFabric();
  });
  afterAll(() => fabric.close());
  afterEach(() => {
    for (const daemon of running.splice(0)) daemon.child.kill('SIGKILL');
  });

  const config = (name: string, extra = ''): string => {
    const file = join(fabric.dir, `${name}.yaml`);
    writeFileSync(file, configText(extra));
    return file;
  };
  const run = (args: readonly string[]): DaemonProcess => {
    const daemon = runDaemon(args);
    running.push(daemon);
    return daemon;
  };
  async function started(): Promise<DaemonProcess & { url: string }> {
    const daemon = run(['--config', config('good')]);
    const { http } = await until('listening', async () => listening(daemon), 30_000);
    const url = `http://127.0.0.1:${http}`;
    await until('ready', async () => (await fetch(`${url}/readyz`)).status === 200, 30_000);
    return { ...daemon, url };
  }

  it('says what is wrong in one line, with the exit code of its kind, and starts nothing', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await until('the other server', async () => taken.listening);
    const { port } = taken.address() as AddressInfo;
    const api = `  api: { http: { port: ${port} }, grpc: { port: 0 } }\n`;
    const usage = run(['--confg']);
    const checked = run(['--config', config('checked'), '--check']);
    const unread = run(['--config', config('unread', '  policy: none.yaml\n')]);
    const inUse = run(['--config', config('in-use', api)]);
    const all = [usage, checked, unread, inUse];
    expect(await Promise.all(all.map(({ ended }) => ended))).toEqual([2, 0, 1, 1]);
    taken.close();

    expect(usage.errors[0]).toMatch(/--confg/);
    expect(JSON.stringify(checked.lines)).toMatch(/4 devices, 4 links/);
    expect(unread.errors).toEqual([
      expect.stringMatching(/unread\.yaml: spec\.policy: cannot read .*none\.yaml: no such file/),
    ]);
    expect([usage.lines, unread.lines]).toEqual([[], []]);
    expect(inUse.errors.join('\n')).toMatch(/spec\.api\.http: cannot listen on .*EADDRINUSE/);
  });

  it('stops in order on SIGTERM, with a stream open, and goes on from its journal', async () => {
    const first = await started();
    await fetch(`${first.url}/v1/freeze`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'over night' }),
    });
    first.child.kill('SIGHUP');
    await until('the reload', async () =>
      first.lines.some(({ msg }) => msg === 'reload found nothing new'),
    );
    const stream = await fetch(`${first.url}/v1/events`);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    await stream.text();
    expect(first.lines.at(-1)).toMatchObject({ msg: 'stopped', reason: 'SIGTERM' });

    const second = await started();
    const status: unknown = await (await fetch(`${second.url}/v1/status`)).json();
    expect(status).toMatchObject({ epoch: 2, frozen: { reason: 'over night' } });
    const verified: unknown = await (await fetch(`${second.url}/v1/journal/verify`)).json();
    expect(verified).toMatchObject({ chain: 'ok' });

    const rival = run(['--config', config('good')]);
    expect(await rival.ended).toBe(1);
    expect(rival.errors.join('\n')).toMatch(/journal/);
    second.child.kill('SIGINT');
    expect(await second.ended).toBe(0);
  });
});
