import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { MemoryBackend, startTarget, type Target } from '@weir/gnmi-server';
import { GnmiWriter } from '@weir/adapter-gnmi';
import { deviceId } from '@weir/core/model';
import { FaultProxy } from './fault-proxy';

const WAIT_MS = 4_000;

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A client that keeps what it hears and how its connection ended. */
class Listener {
  heard = '';
  ended = '';
  constructor(readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => (this.heard += bytes.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.ended = error.code ?? 'error'));
    socket.on('end', () => (this.ended ||= 'end'));
    socket.on('close', () => (this.ended ||= 'close'));
  }
}

describe('bytes through the proxy', () => {
  let echo: Server;
  let proxy: FaultProxy;
  const served: Listener[] = [];
  const clients: Socket[] = [];
  beforeEach(async () => {
    served.length = 0;
    echo = createServer({ allowHalfOpen: true }, (socket) => {
      served.push(new Listener(socket));
      socket.on('data', (bytes) => socket.write(bytes));
      socket.on('end', () => socket.end());
    });
    await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
    proxy = await FaultProxy.listen({ port: (echo.address() as AddressInfo).port });
  });
  afterEach(async () => {
    for (const socket of clients.splice(0)) socket.destroy();
    await proxy.close();
    await new Promise((resolve) => echo.close(resolve));
  });

  const client = async (): Promise<Listener> => {
    const socket = connect(proxy.port, '127.0.0.1');
    clients.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
    return new Listener(socket);
  };

  it('passes on what is said, and the end of it', async () => {
    const one = await client();
    one.socket.end('hello');
    await until('the echo', () => one.heard === 'hello' && one.ended === 'end');
    await until('nothing is left open', () => proxy.counts.open === 0);
  });

  it('cuts after so many bytes, and these arrive', async () => {
    const one = await client();
    proxy.set('down', { cutAfterBytes: 3 });
    one.socket.write('hello');
    // A reset right behind the last bytes reads as an end here, depending on who is faster.
    await until('the cut', () => one.ended !== '');
    expect(one.heard).toBe('hel');
    await until('both sides are gone', () => proxy.counts.open === 0 && served[0]?.ended !== '');
  });

  it('is silent without a FIN, and goes on where it was when healed', async () => {
    const one = await client();
    one.socket.write('a');
    await until('a', () => one.heard === 'a');
    proxy.silence();
    one.socket.end('b');
    const other = await client();
    other.socket.write('c');
    // Both are accepted; what proves the silence is that the order of the rest is kept.
    await until('the other is accepted', () => proxy.counts.accepted === 2);
    expect([one.heard, one.ended, other.heard, served[0]?.heard]).toEqual(['a', '', '', 'a']);
    proxy.heal();
    await until('b and c', () => one.heard === 'ab' && other.heard === 'c');
  });

  it('loses one direction only', async () => {
    const one = await client();
    proxy.set('down', { held: true });
    one.socket.write('up');
    await until('it was heard', () => served[0]?.heard === 'up');
    expect(one.heard).toBe('');
    proxy.heal();
    await until('the answer', () => one.heard === 'up');
  });

  it('delays and slows down', async () => {
    const one = await client();
    proxy.set('up', { latencyMs: 80 });
    proxy.set('down', { bytesPerSecond: 1_000 });
    const startMs = performance.now();
    one.socket.write('x'.repeat(100));
    await until('all of it', () => one.heard.length === 100);
    // 80 ms there; five pieces back, the first at once.
    expect(performance.now() - startMs).toBeGreaterThan(80 + 4 * 20 - 5);
  });

  it('resets what is open and takes what comes next', async () => {
    const one = await client();
    one.socket.write('a');
    await until('a', () => one.heard === 'a');
    proxy.reset();
    await until('the reset', () => one.ended === 'ECONNRESET');
    const next = await client();
    next.socket.write('b');
    await until('b', () => next.heard === 'b');
  });
});

describe('a gNMI Set through the proxy', () => {
  const device = deviceId('leaf1');
  const path = '/interfaces/interface[name=e1]/config/mtu';
  let target: Target;
  let proxy: FaultProxy;
  let writer: GnmiWriter;
  beforeEach(async () => {
    const backend = new MemoryBackend({ [path]: 1500 });
    target = await startTarget({ address: '127.0.0.1:0', backend });
    proxy = await FaultProxy.listen({ port: target.port });
    const address = `127.0.0.1:${proxy.port}`;
    const devices = new Map([[device, { id: device, address, profile: 'openconfig' }]]);
    writer = new GnmiWriter({ tls: { mode: 'insecure' }, topology: { devices } as never });
  });
  afterEach(async () => {
    await writer.close();
    await proxy.close();
    await target.close();
  });

  const write = (id: string) =>
    writer.set(device, [{ path, before: 1500, after: 9000 }], { id, rollbackMs: 60_000 }, 2_000);
  const mtu = (): unknown => target.config().get(path);

  it('is recognised among the other requests', async () => {
    expect(await writer.readLeaves(device, [path], 2_000)).toMatchObject({ ok: true });
    expect(await write('c1')).toEqual({ kind: 'ok' });
    expect(await writer.confirm(device, 'c1', 2_000)).toEqual({ kind: 'ok' });
    await write('c2');
    expect(await writer.cancel(device, 'c2', 2_000)).toEqual({ kind: 'ok' });
    const common = { leaves: 0, commitId: 'c1' };
    expect(proxy.sets).toEqual([
      { ...common, kind: 'write', leaves: 1 },
      { ...common, kind: 'confirm' },
      { kind: 'write', commitId: 'c2', leaves: 1 },
      { kind: 'cancel', commitId: 'c2', leaves: 0 },
    ]);
  });

  it('is reset before delivery: the device never saw it', async () => {
    proxy.trap({ on: 'write', fault: 'reset-before' });
    expect(await write('c1')).toMatchObject({ kind: 'unknown' });
    expect(target.counts.setsReceived).toBe(0);
    expect(await write('c1')).toEqual({ kind: 'ok' });
  });

  it.each(['lose-answer', 'swallow-answer'] as const)('is applied, but %s', async (fault) => {
    proxy.trap({ on: 'write', fault });
    expect(await write('c1')).toMatchObject({ kind: 'unknown' });
    expect(mtu()).toBe(9000);
    expect(target.pendingCommit()).toBe('c1');
  });
});
