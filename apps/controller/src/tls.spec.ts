import { writeFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import { credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { northbound, otlpCollector } from '@weir/proto-gen';
import * as pem from '../../../test/support/certificates';
import { startSmallFabric, type SmallFabric } from '../test/small-fabric';
import { startTestDaemon, until, type TestDaemon } from '../test/test-daemon';

const TOKEN = 'admin-token-000001';
const AUTHORIZATION = `Bearer ${TOKEN}`;

jest.setTimeout(60_000);

describe('the daemon behind TLS', () => {
  let fabric: SmallFabric;
  let daemon: TestDaemon;
  const trusted = { ca: pem.CA_CERT };
  const known = { ...trusted, cert: pem.CLIENT_CERT, key: pem.CLIENT_KEY };

  beforeAll(async () => {
    fabric = await startSmallFabric();
    writeFileSync(join(fabric.dir, 'ca.pem'), pem.CA_CERT);
    writeFileSync(join(fabric.dir, 'cert.pem'), pem.SERVER_CERT);
    writeFileSync(join(fabric.dir, 'key.pem'), pem.SERVER_KEY);
  });
  afterEach(() => daemon.stop());
  afterAll(() => fabric.close());

  async function start(apiCa: boolean): Promise<void> {
    const files = 'certFile: cert.pem, keyFile: key.pem';
    const mutual = `${files}, clientCaFile: ca.pem`;
    const tokens = `auth: { tokens: [{ name: ann, role: admin, token: ${TOKEN} }] }`;
    daemon = await startTestDaemon(
      fabric.dir,
      `  api: { http: { port: 0 }, grpc: { port: 0 }, tls: { ${apiCa ? mutual : files} }, ${tokens} }
  telemetry: { sampleIntervalMs: 500, otlp: { port: 0, tls: { ${mutual} } } }
  journal: { dir: journal-${apiCa} }\n`,
    );
    await until('ready', async () => (await get('/readyz', known)) === 200);
  }

  /** Status of the answer, or the code of the error that kept it away. */
  const get = (path: string, tls: RequestOptions): Promise<number | string> =>
    new Promise((resolve) => {
      const options = { ...tls, agent: false, headers: { authorization: AUTHORIZATION } };
      const url = `https://127.0.0.1:${daemon.addresses.http}${path}`;
      const call = request(url, options, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0));
      });
      call
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
        .end();
    });

  function grpcStatus(secured: ReturnType<typeof credentials.createSsl>): Promise<number> {
    const address = `127.0.0.1:${daemon.addresses.grpc}`;
    const client = new northbound.NorthboundClient(address, secured);
    const metadata = new Metadata();
    metadata.set('authorization', AUTHORIZATION);
    return new Promise((resolve) => {
      client.getStatus({}, metadata, (error: ServiceError | null) => {
        client.close();
        resolve(error?.code ?? status.OK);
      });
    });
  }

  function otlpStatus(secured: ReturnType<typeof credentials.createSsl>): Promise<number> {
    const address = `127.0.0.1:${daemon.addresses.otlp}`;
    const client = new otlpCollector.MetricsServiceClient(address, secured);
    return new Promise((resolve) => {
      client.export({ resourceMetrics: [] }, (error: ServiceError | null) => {
        client.close();
        resolve(error?.code ?? status.OK);
      });
    });
  }

  it('serves REST, gRPC and OTLP to whom trusts it, and nothing in plain text', async () => {
    await start(false);
    expect(await get('/v1/status', trusted)).toBe(200);
    expect(await get('/v1/status', { ca: pem.STRANGER_CERT })).toMatch(/CERT|ISSUER|SIGNATURE/);
    const plain = fetch(`http://127.0.0.1:${daemon.addresses.http}/v1/status`);
    await expect(plain).rejects.toThrow('fetch failed');

    expect(await grpcStatus(credentials.createSsl(pem.CA_CERT))).toBe(status.OK);
    expect(await grpcStatus(credentials.createSsl(pem.STRANGER_CERT))).toBe(status.UNAVAILABLE);
    expect(await grpcStatus(credentials.createInsecure())).toBe(status.UNAVAILABLE);

    const own = credentials.createSsl(pem.CA_CERT, pem.CLIENT_KEY, pem.CLIENT_CERT);
    expect(await otlpStatus(own)).toBe(status.OK);
    expect(await otlpStatus(credentials.createSsl(pem.CA_CERT))).toBe(status.UNAVAILABLE);
    expect(await otlpStatus(credentials.createInsecure())).toBe(status.UNAVAILABLE);
  });

  it('asks clients for a certificate where clientCaFile says so', async () => {
    await start(true);
    expect(await get('/v1/status', known)).toBe(200);
    const stranger = { ...trusted, cert: pem.STRANGER_CERT, key: pem.STRANGER_KEY };
    for (const tls of [trusted, stranger])
      expect(typeof (await get('/v1/status', tls))).toBe('string');

    const own = credentials.createSsl(pem.CA_CERT, pem.CLIENT_KEY, pem.CLIENT_CERT);
    const other = credentials.createSsl(pem.CA_CERT, pem.STRANGER_KEY, pem.STRANGER_CERT);
    expect(await grpcStatus(own)).toBe(status.OK);
    expect(await grpcStatus(other)).toBe(status.UNAVAILABLE);
    expect(await grpcStatus(credentials.createSsl(pem.CA_CERT))).toBe(status.UNAVAILABLE);
    expect(JSON.stringify(daemon.lines)).not.toContain('PRIVATE KEY');
  });
});
