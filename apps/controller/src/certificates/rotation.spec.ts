import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { Authority, type Wanted } from '../../../../test/support/authority';
import { startSmallFabric, type SmallFabric } from '../../test/small-fabric';
import { startTestDaemon, type TestDaemon } from '../../test/test-daemon';

const TOKEN = 'admin-token-000001';

jest.setTimeout(60_000);

describe('certificates that change on disk', () => {
  const ca = new Authority('site');
  let fabric: SmallFabric;
  let daemon: TestDaemon;
  const write = (wanted: Wanted): void => {
    const { cert, key } = ca.issue(wanted);
    writeFileSync(join(fabric.dir, 'cert.pem'), cert);
    writeFileSync(join(fabric.dir, 'key.pem'), key);
  };

  beforeAll(async () => {
    fabric = await startSmallFabric();
    write({ name: 'first', toDays: 12 });
    const tls = 'tls: { certFile: cert.pem, keyFile: key.pem }';
    const auth = `auth: { tokens: [{ name: ann, role: admin, token: ${TOKEN} }] }`;
    daemon = await startTestDaemon(
      fabric.dir,
      `  api: { http: { port: 0 }, grpc: { port: 0 }, ${tls}, ${auth} }
  telemetry: { sampleIntervalMs: 500, otlp: { port: 0, ${tls} } }\n`,
    );
  });
  afterAll(async () => {
    await daemon.stop();
    await fabric.close();
  });

  /** Whom each server says it is, to somebody who trusts the authority. */
  const shown = async (): Promise<readonly string[]> => {
    const { http, grpc, otlp } = daemon.addresses;
    const names = [http, grpc, otlp].map(
      (port) =>
        new Promise<string>((resolve, reject) => {
          const options = {
            port,
            host: '127.0.0.1',
            ca: ca.cert,
            ALPNProtocols: ['h2', 'http/1.1'],
          };
          const socket: TLSSocket = connect(options, () => {
            const { subject } = socket.getPeerCertificate();
            resolve(String(subject.CN));
            socket.destroy();
          });
          socket.once('error', reject);
        }),
    );
    return Promise.all(names);
  };
  const said = (message: string) => daemon.lines.filter(({ msg }) => msg === message);
  const metrics = async (): Promise<string> => {
    const { request } = await import('node:https');
    return new Promise((resolve, reject) => {
      const url = `https://127.0.0.1:${daemon.addresses.http}/metrics`;
      request(url, { ca: ca.cert, agent: false }, (answer) => {
        let text = '';
        answer.on('data', (part: Buffer) => (text += part.toString()));
        answer.on('end', () => resolve(text));
      })
        .on('error', reject)
        .end();
    });
  };

  it('says how long they are good for, and warns in time', async () => {
    expect(await metrics()).toMatch(/^weir_tls_certificate_expiry_days\{use="api"\} 11\.\d+$/m);
    expect(said('certificate expires soon')).toContainEqual(
      expect.objectContaining({ use: 'api', days: 11, subject: 'CN=first' }),
    );
  });

  it('are shown by REST, gRPC and OTLP from the next handshake on', async () => {
    expect(await shown()).toEqual(['first', 'first', 'first']);
    write({ name: 'second', toDays: 90 });
    await daemon.reload('test');
    expect(await shown()).toEqual(['second', 'second', 'second']);
    expect(await metrics()).toMatch(/^weir_tls_certificate_expiry_days\{use="otlp"\} 89\.\d+$/m);
  });

  it('stay the last good ones when the new ones are bad, and the log says why', async () => {
    const { key } = ca.issue({ name: 'third' });
    writeFileSync(join(fabric.dir, 'key.pem'), key);
    await daemon.reload('test');
    expect(await shown()).toEqual(['second', 'second', 'second']);
    expect(said('certificates refused, last good ones stay')).toContainEqual(
      expect.objectContaining({ detail: expect.stringMatching(/keyFile: .*not the key of/) }),
    );
    expect(await metrics()).toMatch(/^weir_tls_last_reload_success 0$/m);
    expect(JSON.stringify(daemon.lines)).not.toContain('PRIVATE KEY');
  });

  it('are not judged by their dates here: the other side does, and the log says so', async () => {
    write({ name: 'late', fromDays: -9, toDays: -1 });
    await daemon.reload('test');
    expect(said('certificate has expired')).toContainEqual(
      expect.objectContaining({ use: 'api', subject: 'CN=late' }),
    );
    await expect(shown()).rejects.toMatchObject({ code: 'CERT_HAS_EXPIRED' });
  });
});
