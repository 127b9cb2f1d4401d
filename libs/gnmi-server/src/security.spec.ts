import { credentials, type ChannelCredentials } from '@grpc/grpc-js';
import { MemoryBackend, startTarget, type Target, type TargetTls } from './index';
import {
  CA_CERT,
  CLIENT_CERT,
  CLIENT_KEY,
  SERVER_CERT,
  SERVER_KEY,
  STRANGER_CERT,
  STRANGER_KEY,
} from '../../../test/support/certificates';
import { codeOf, TestClient } from './testing/client';
import { Subscriber, subscribeRequest } from './testing/subscriber';
import { until } from './testing/until';

const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;
const TLS: TargetTls = { cert: SERVER_CERT, key: SERVER_KEY, clientCa: null };
const MUTUAL: TargetTls = { ...TLS, clientCa: CA_CERT };

let target: Target;
const clients: TestClient[] = [];

const open = (channel: ChannelCredentials): TestClient => {
  const client = new TestClient(target.port, channel);
  clients.push(client);
  return client;
};
const start = async (tls: TargetTls | null, password: string | null): Promise<void> => {
  target = await startTarget({
    address: '127.0.0.1:0',
    backend: new MemoryBackend(),
    tls,
    credentials: password === null ? null : { username: 'weir', password },
  });
};

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await target.close();
});

describe('TLS', () => {
  it('serves clients that trust its CA, and no plain text', async () => {
    await start(TLS, null);
    expect(await codeOf(open(credentials.createSsl(CA_CERT)).capabilities())).toBe(0);
    expect(await codeOf(open(credentials.createInsecure()).capabilities())).toBe(UNAVAILABLE);
    expect(await codeOf(open(credentials.createSsl(STRANGER_CERT)).capabilities())).toBe(
      UNAVAILABLE,
    );
  });

  it('asks for a client certificate of its CA', async () => {
    await start(MUTUAL, null);
    const good = credentials.createSsl(CA_CERT, CLIENT_KEY, CLIENT_CERT);
    const stranger = credentials.createSsl(CA_CERT, STRANGER_KEY, STRANGER_CERT);
    expect(await codeOf(open(good).capabilities())).toBe(0);
    expect(await codeOf(open(stranger).capabilities())).toBe(UNAVAILABLE);
    expect(await codeOf(open(credentials.createSsl(CA_CERT)).capabilities())).toBe(UNAVAILABLE);
  });
});

describe('username and password', () => {
  it.each([
    ['right', 'weir', 'secret', 0],
    ['a wrong password', 'weir', 'guess', UNAUTHENTICATED],
    ['a wrong user', 'root', 'secret', UNAUTHENTICATED],
    ['none', null, null, UNAUTHENTICATED],
  ])('%s', async (_name, username, password, code) => {
    await start(null, 'secret');
    const client = open(credentials.createInsecure());
    if (username !== null) client.metadata.set('username', username);
    if (password !== null) client.metadata.set('password', password);
    expect(await codeOf(client.capabilities())).toBe(code);
    const once = new Subscriber(client, subscribeRequest(1, [{ path: '/' }]));
    await until('the answer', () => once.ended || once.code !== null);
    expect(once.code ?? 0).toBe(code);
  });
});

describe('starting', () => {
  it('refuses a configuration that does not hold together', async () => {
    await start(null, null);
    const backend = new MemoryBackend({ '/interfaces/interface[name=e]/config/mtu': 'big' });
    await expect(startTarget({ address: '127.0.0.1:0', backend })).rejects.toThrow(/mtu/);
  });

  it('refuses an address that is taken or wrong', async () => {
    await start(null, null);
    const backend = new MemoryBackend();
    const taken = startTarget({ address: `127.0.0.1:${target.port}`, backend });
    await expect(taken).rejects.toThrow(/EADDRINUSE/);
    await expect(startTarget({ address: 'nowhere', backend })).rejects.toThrow(/host:port/);
  });
});
