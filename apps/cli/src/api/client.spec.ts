import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { DaemonDouble, Refused } from '../testing/daemon-double';
import { sampleStatus } from '../testing/samples';
import { weir } from '../testing/weir';

let daemon: DaemonDouble;
beforeEach(async () => {
  daemon = await DaemonDouble.start();
  daemon.on('GET /v1/status', () => sampleStatus());
});
afterEach(() => daemon.stop());

/** A port on which nobody listens: one that was free a moment ago. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

describe('the client', () => {
  it('sends the token, the flag winning over the environment', async () => {
    await weir(['status'], { server: daemon.url, env: { WEIR_TOKEN: 'from-env' } });
    expect(daemon.last.headers.authorization).toBe('Bearer from-env');
    const env = { WEIR_TOKEN: 'from-env', WEIR_SERVER: 'http://127.0.0.1:1' };
    await weir(['status', '--token', 'flag', '--server', daemon.url], { env });
    expect(daemon.last.headers.authorization).toBe('Bearer flag');
    await weir(['status'], { server: daemon.url });
    expect(daemon.last.headers.authorization).toBeUndefined();
  });

  it('keeps the path of a server behind a proxy', async () => {
    daemon.on('GET /weir/v1/status', () => sampleStatus());
    expect((await weir(['status'], { server: `${daemon.url}/weir/` })).exitCode).toBe(0);
  });

  it('says where nobody listens', async () => {
    const server = `http://127.0.0.1:${await closedPort()}`;
    const { exitCode, stdout, stderr } = await weir(['status'], { server });
    expect(exitCode).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(`cannot reach the daemon at ${server}: connect ECONNREFUSED`);
    expect(stderr).toContain('code: engine-unavailable');
  });

  it('does not wait for ever', async () => {
    daemon.on('GET /v1/status', () => undefined);
    const { stderr } = await weir(['status', '--timeout', '0.1'], { server: daemon.url });
    expect(stderr).toContain('no answer in 100 ms');
  });

  it('does not wait for ever for the rest of an answer', async () => {
    daemon.on('GET /v1/status', (_, response) => void response.write('{"phase"'));
    const { stderr } = await weir(['status', '--timeout', '0.2'], { server: daemon.url });
    expect(stderr).toContain('no answer in 200 ms');
  });

  it('stops when it is interrupted', async () => {
    const interrupt = new AbortController();
    daemon.on('GET /v1/status', () => interrupt.abort());
    const { signal } = interrupt;
    const { exitCode, stderr } = await weir(['status'], { server: daemon.url, signal });
    expect([exitCode, stderr]).toEqual([1, 'error: interrupted\n  code: request-invalid\n']);
  });

  it.each([
    ['text', (text: string) => text, 'is not what this version of weir understands'],
    ['other JSON', () => '{"phase":"dancing"}', 'where: phase'],
  ])('does not take %s for an answer', async (_, make, text) => {
    daemon.on('GET /v1/status', (__, response) => void response.end(make('<html>')));
    const { exitCode, stderr } = await weir(['status'], { server: daemon.url });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(text);
  });

  it('says so when an error comes from something else than the daemon', async () => {
    daemon.on('GET /v1/status', (_, response) => void response.writeHead(502).end('bad gateway'));
    const { stderr } = await weir(['status'], { server: daemon.url });
    expect(stderr).toContain('answered 502 Bad Gateway');
  });

  it('follows no redirect, since the token would go along', async () => {
    daemon.on(
      'GET /v1/status',
      (_, response) => void response.writeHead(302, { location: `${daemon.url}/v1/other` }).end(),
    );
    expect((await weir(['status'], { server: daemon.url })).exitCode).toBe(1);
    expect(daemon.requests).toHaveLength(1);
  });

  it('asks for a token when the daemon wants one', async () => {
    daemon.on('GET /v1/status', () => {
      throw new Refused('unauthenticated', 'no valid token');
    });
    const { stderr } = await weir(['status'], { server: daemon.url });
    expect(stderr).toContain('try: set WEIR_TOKEN');
  });

  it.each(['localhost:8080', 'ftp://x', 'nonsense', ''])(
    'refuses the server "%s"',
    async (server) => {
      const { exitCode, stderr } = await weir(['status', '--server', server]);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('is not the address of a server');
    },
  );

  it('shows every mistake of a body', async () => {
    daemon.on(
      'GET /v1/status',
      (_, response) =>
        void response.writeHead(400, { 'content-type': 'application/problem+json' }).end(
          JSON.stringify({
            type: 'urn:weir:error:request-invalid',
            title: 'x',
            status: 400,
            detail: 'required',
            code: 'request-invalid',
            where: 'a',
            issues: [
              { path: 'a', message: 'required' },
              { path: 'b', message: 'too long' },
            ],
          }),
        ),
    );
    const { stderr } = await weir(['status'], { server: daemon.url });
    expect(stderr).toContain('  - a: required\n  - b: too long\n');
  });
});
