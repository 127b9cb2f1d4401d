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
import { Authority } from '../../../test/support/authority';
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

describe('a replaced certificate', () => {
  it('is shown from the next handshake on; open connections go on', async () => {
    const old = new Authority('old authority');
    const fresh = new Authority('new authority');
    const issued = (authority: Authority): TargetTls => {
      const { cert, key } = authority.issue({ name: 'switch' });
      return { cert: Buffer.from(cert), key: Buffer.from(key), clientCa: null };
    };
    const trusting = (authority: Authority): ChannelCredentials =>
      credentials.createSsl(Buffer.from(authority.cert));
    await start(issued(old), null);
    const early = open(trusting(old));
    expect(await codeOf(early.capabilities())).toBe(0);
    target.replaceTls(issued(fresh));
    expect(await codeOf(early.capabilities())).toBe(0);
    expect(await codeOf(open(trusting(fresh)).capabilities())).toBe(0);
    target.dropSessions();
    expect(await codeOf(early.capabilities())).toBe(UNAVAILABLE);
  });

  it('is refused by clients when its time is over, or it is for another host', async () => {
    const authority = new Authority('an authority');
    const wrong = [
      authority.issue({ name: 'past', fromDays: -9, toDays: -1 }),
      authority.issue({ name: 'future', fromDays: 1 }),
      authority.issue({ name: 'other', hosts: ['elsewhere'], addresses: ['192.0.2.1'] }),
    ];
    await start(TLS, null);
    for (const { cert, key } of wrong) {
      target.replaceTls({ cert: Buffer.from(cert), key: Buffer.from(key), clientCa: null });
      const client = open(credentials.createSsl(Buffer.from(authority.cert)));
      expect(await codeOf(client.capabilities())).toBe(UNAVAILABLE);
    }
  });

  it('of a client is refused when its time is over', async () => {
    const authority = new Authority('an authority');
    await start({ ...TLS, clientCa: Buffer.from(authority.cert) }, 'secret');
    const channel = (fromDays: number, toDays: number): ChannelCredentials => {
      const { cert, key } = authority.issue({ name: 'controller', fromDays, toDays });
      return credentials.createSsl(CA_CERT, Buffer.from(key), Buffer.from(cert));
    };
    expect(await codeOf(open(channel(-9, -1)).capabilities())).toBe(UNAVAILABLE);
    // The right certificate alone does not do where a password is asked for as well.
    const known = open(channel(-1, 9));
    expect(await codeOf(known.capabilities())).toBe(UNAUTHENTICATED);
    known.metadata.set('username', 'weir');
    known.metadata.set('password', 'secret');
    expect(await codeOf(known.capabilities())).toBe(0);
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
