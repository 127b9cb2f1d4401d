import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pem from '../../../../test/support/certificates';
import { DaemonDouble } from '../testing/daemon-double';
import { sampleStatus } from '../testing/samples';
import { weir } from '../testing/weir';

describe('the client over TLS', () => {
  let dir: string;
  let files: Record<'ca' | 'cert' | 'key' | 'strangerCert' | 'strangerKey', string>;
  const running: DaemonDouble[] = [];

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'weir-tls-'));
    const write = (name: string, text: Buffer): string => {
      writeFileSync(join(dir, name), text);
      return join(dir, name);
    };
    files = {
      ca: write('ca.pem', pem.CA_CERT),
      cert: write('cert.pem', pem.CLIENT_CERT),
      key: write('key.pem', pem.CLIENT_KEY),
      strangerCert: write('stranger.pem', pem.STRANGER_CERT),
      strangerKey: write('stranger-key.pem', pem.STRANGER_KEY),
    };
  });
  afterEach(async () => {
    for (const daemon of running.splice(0)) await daemon.stop();
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  async function start(mutual = false): Promise<DaemonDouble> {
    const clients = { ca: pem.CA_CERT, requestCert: true, rejectUnauthorized: true };
    const own = { cert: pem.SERVER_CERT, key: pem.SERVER_KEY };
    const daemon = await DaemonDouble.start({ ...own, ...(mutual ? clients : {}) });
    daemon.on('GET /v1/status', () => sampleStatus());
    running.push(daemon);
    return daemon;
  }

  it('trusts the authority that is named, by flag or environment', async () => {
    const { url: server } = await start();
    expect(await weir(['status', '--ca', files.ca], { server })).toMatchObject({ exitCode: 0 });
    const env = { WEIR_CA: files.ca };
    expect(await weir(['status'], { server, env })).toMatchObject({ exitCode: 0 });
  });

  it('sends nothing, the token least of all, to a server that it cannot trust', async () => {
    const daemon = await start();
    const env = { WEIR_TOKEN: 'secret-token-0001' };
    for (const args of [['status'], ['status', '--ca', files.strangerCert]]) {
      const { exitCode, stderr } = await weir(args, { server: daemon.url, env });
      expect(exitCode).toBe(1);
      expect(stderr).toContain('code: engine-unavailable');
      expect(stderr).toContain('try: name the authority of the daemon by --ca FILE or WEIR_CA');
    }
    expect(daemon.requests).toEqual([]);
  });

  it('shows its own certificate where one is asked for', async () => {
    const { url: server, requests } = await start(true);
    const own = (cert: string, key: string) =>
      weir(['status', '--ca', files.ca, '--cert', cert, '--key', key], { server });
    expect(await own(files.cert, files.key)).toMatchObject({ exitCode: 0 });
    expect((await own(files.strangerCert, files.strangerKey)).exitCode).toBe(1);
    expect((await weir(['status', '--ca', files.ca], { server })).exitCode).toBe(1);
    expect(requests).toHaveLength(1);
  });

  it('follows events over TLS', async () => {
    const daemon = await start();
    daemon.on('GET /v1/events', (_, response) => void response.end(': nothing yet\n\n'));
    const interrupt = new AbortController();
    const watching = weir(['watch', '--ca', files.ca], {
      server: daemon.url,
      signal: interrupt.signal,
    });
    while (daemon.requests.length === 0) await new Promise((done) => setImmediate(done));
    interrupt.abort();
    expect((await watching).exitCode).toBe(0);
  });

  it.each([
    ['a file that is not there', ['--ca', '/none.pem'], '/none.pem', 'no such file'],
    ['a key for the authority', ['--ca', 'key'], '--ca', 'no PEM certificate'],
    ['a certificate without its key', ['--cert', 'cert'], '--cert', 'go together'],
    ['the key of another', ['--cert', 'cert', '--key', 'strangerKey'], '--key', 'not the key of'],
  ])('refuses %s before anything is sent', async (_, args, where, text) => {
    const real = args.map((arg) => files[arg as keyof typeof files] ?? arg);
    const { exitCode, stderr } = await weir(['status', '--server', 'https://127.0.0.1:9', ...real]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(where);
    expect(stderr).toContain(text);
  });
});
