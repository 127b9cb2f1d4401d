import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SeriesKey } from '@weir/core/model';
import { deviceId } from '@weir/core/model';
import type { TelemetrySink } from '@weir/core/ports';
import { GnmiError, GrpcStatus } from '@weir/gnmi';
import {
  MemoryBackend,
  startTarget,
  type Target,
  type TargetBehaviour,
  type TargetOptions,
} from '@weir/gnmi-server';
import { oneLeaf, smallConfig } from '../testing/topology';
import { GnmiTelemetrySource, type GnmiTelemetryOptions } from './telemetry-source';

const leaf = deviceId('leaf1');
const DEADLINE_MS = 10_000;

/** Latest value of each series, and the sequence of session states. */
class LatestSink implements TelemetrySink {
  readonly states: string[] = [];
  readonly values = new Map<string, number>();
  readonly boots: bigint[] = [];
  writes = 0;
  private readonly names: string[] = [];

  resolve(key: SeriesKey): number {
    return (
      this.names.push(
        [key.metric, key.interface, key.queue, key.prefix].filter(Boolean).join(' '),
      ) - 1
    );
  }
  write(slot: number, high: number, low: number): void {
    this.writes++;
    this.values.set(this.names[slot] as string, high * 2 ** 32 + low);
  }
  invalidate(slot: number): void {
    this.values.delete(this.names[slot] as string);
  }
  session(_device: unknown, state: string, detail: string): void {
    this.states.push(detail === '' ? state : `${state}: ${detail}`);
  }
  rebooted(_device: unknown, bootTimeNs: bigint): void {
    this.boots.push(bootTimeNs);
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within ${DEADLINE_MS} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const open: { stop(): unknown }[] = [];
afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.stop();
});

function device(): MemoryBackend {
  const backend = new MemoryBackend(smallConfig());
  for (const name of ['eth1', 'eth2']) {
    backend.setState(`/interfaces/interface[name=${name}]`, {
      'state/name': name,
      'state/oper-status': name === 'eth1' ? 'UP' : 'DOWN',
      'state/counters/in-octets': 2n ** 40n,
      'state/counters/out-octets': 7,
      'state/counters/out-pkts': 1,
      'ethernet/state/counters/in-mac-pause-frames': 3,
    });
    backend.setState(
      `/qos/interfaces/interface[interface-id=${name}]/output/queues/queue[name=rt]`,
      {
        'state/transmit-octets': 5,
        'state/avg-queue-len': 4096,
      },
    );
  }
  backend.setState(
    '/network-instances/network-instance[name=DEFAULT]/afts/ipv4-unicast/ipv4-entry[prefix=10.0.0.0/24]',
    { 'state/counters/octets-forwarded': 99 },
  );
  backend.setState('/system', { 'state/boot-time': 1_700_000_000_000_000_000n });
  return backend;
}

interface Bench {
  readonly sink: LatestSink;
  readonly source: GnmiTelemetrySource;
  readonly target: Target;
  readonly backend: MemoryBackend;
}

async function setUp(
  behaviour: TargetBehaviour = {},
  over: Partial<GnmiTelemetryOptions> = {},
  targetOver: Partial<TargetOptions> = {},
): Promise<Bench> {
  const backend = device();
  const address = '127.0.0.1:0';
  const target = await startTarget({ address, backend, behaviour, ...targetOver });
  const sink = new LatestSink();
  const source = new GnmiTelemetrySource({
    topology: oneLeaf(target.port),
    sink,
    tls: { mode: 'insecure' },
    clock: { monotonicMs: () => performance.now(), wallMs: () => Date.now() },
    timers: {
      after: (delayMs, task) => {
        const timer = setTimeout(task, delayMs);
        return () => clearTimeout(timer);
      },
    },
    sampleIntervalMs: 100,
    ...over,
    limits: { firstRetryMs: 20, mostRetryMs: 100, ...over.limits },
  });
  open.push({ stop: () => target.close() }, source);
  await source.start();
  return { sink, source, target, backend };
}

const synced =
  (sink: LatestSink, times = 1) =>
  () =>
    sink.states.filter((state) => state.startsWith('synced')).length >= times;

describe('GnmiTelemetrySource', () => {
  it('subscribes by wildcards and keeps counters, queues, prefixes and states current', async () => {
    const { sink, backend, source } = await setUp();
    await until(synced(sink), 'sync');
    expect(sink.states).toEqual(['connecting', 'synced: wildcards']);
    expect(Object.fromEntries(sink.values)).toMatchObject({
      'in-octets eth1': 2 ** 40,
      'out-octets eth2': 7,
      'in-pause-frames eth1': 3,
      'oper-status eth1': 1,
      'oper-status eth2': 0,
      'queue-avg-len eth1 rt': 4096,
      'queue-transmit-octets eth2 rt': 5,
      'prefix-octets 10.0.0.0/24': 99,
    });
    backend.setState('/interfaces/interface[name=eth1]', {
      'state/counters/out-octets': 1000,
      'state/oper-status': 'DOWN',
    });
    await until(() => sink.values.get('out-octets eth1') === 1000, 'the next sample');
    await until(() => sink.values.get('oper-status eth1') === 0, 'the change of state');
    const figures = source.figures().get(leaf);
    expect(figures?.paths).toBeGreaterThan(0);
    await until(() => (source.figures().get(leaf)?.updates ?? 0) > 50, 'fast updates');
    expect(figures?.unusable).toBe(0);
  });

  it('stops without a word left over', async () => {
    const { sink, source, target } = await setUp();
    await until(synced(sink), 'sync');
    await source.stop();
    const { writes } = sink;
    const other = await setUp({}, { topology: oneLeaf(target.port) });
    await until(() => other.sink.writes > 100, 'samples of somebody else meanwhile');
    expect(sink.writes).toBe(writes);
    expect(sink.states.at(-1)).toBe('down: stopped');
  });

  it('tolerates a target without Capabilities', async () => {
    const { sink } = await setUp({
      beforeRpc: (rpc) => {
        if (rpc === 'Capabilities') throw new GnmiError(GrpcStatus.UNIMPLEMENTED, 'none');
      },
    });
    await until(synced(sink), 'sync');
    expect(sink.values.get('in-octets eth1')).toBe(2 ** 40);
  });

  it('names every path where the target does not take wildcards', async () => {
    let calls = 0;
    const { sink } = await setUp({
      beforeRpc: (rpc) => {
        if (rpc === 'Subscribe' && ++calls === 1)
          throw new GnmiError(GrpcStatus.INVALID_ARGUMENT, 'no wildcards');
      },
    });
    await until(synced(sink), 'sync');
    expect(sink.states.at(-1)).toBe('synced: named');
    expect(sink.values.get('queue-avg-len eth2 rt')).toBe(4096);
  });

  it('goes without pauses where the target does not know the path of their counters', async () => {
    let calls = 0;
    const { sink } = await setUp({
      beforeRpc: (rpc) => {
        if (rpc === 'Subscribe' && ++calls <= 3)
          throw new GnmiError(GrpcStatus.NOT_FOUND, 'no /interfaces/interface/ethernet');
      },
    });
    await until(synced(sink), 'sync');
    expect(sink.states.at(-1)).toBe('synced: basic');
    expect(sink.values.get('in-octets eth1')).toBe(2 ** 40);
    expect(sink.values.get('in-pause-frames eth1')).toBeUndefined();
  });

  it('comes back after lost connections and says that the device was down', async () => {
    const { sink, target } = await setUp();
    await until(synced(sink), 'sync');
    target.dropSessions();
    await until(synced(sink, 2), 'sync again');
    expect(sink.states.some((state) => state.startsWith('down'))).toBe(true);
  });

  it('gives a silent stream up after three intervals', async () => {
    let silent = false;
    const { sink } = await setUp({ maySample: () => !silent });
    await until(synced(sink), 'sync');
    silent = true;
    await until(() => sink.states.some((state) => state.startsWith('down: silent')), 'stall');
    silent = false;
    await until(synced(sink, 2), 'sync again');
  });

  it('takes a missing sync as a failure', async () => {
    const { sink } = await setUp(
      {
        beforeRpc: (rpc) => (rpc === 'Subscribe' ? new Promise<void>(() => undefined) : undefined),
      },
      { limits: { syncTimeoutMs: 150 } },
    );
    await until(() => sink.states.includes('down: no sync within 150 ms'), 'sync time-out');
  });

  it('sees a reboot by its boot time', async () => {
    const { sink, backend, target } = await setUp();
    await until(synced(sink), 'sync');
    expect(sink.boots).toEqual([]);
    backend.setState('/system', { 'state/boot-time': 1_700_000_999_000_000_000n });
    await target.reboot(10);
    await until(() => sink.boots.length === 1, 'reboot');
    expect(sink.boots).toEqual([1_700_000_999_000_000_000n]);
  });

  it('does not hammer a target that denies access', async () => {
    const delays: number[] = [];
    const timers = { after: (delayMs: number) => (delays.push(delayMs), () => undefined) };
    const credentials = { username: 'weir', password: 'secret' };
    const { sink } = await setUp({}, { timers }, { credentials });
    await until(() => sink.states.some((state) => /UNAUTHENTICATED|DENIED/.test(state)), 'denial');
    expect(delays.at(-1)).toBe(300_000);
    expect(sink.states.join()).not.toContain('secret');
  });
});

describe('GnmiTelemetrySource over mutual TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'weir-tls-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const file = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });

  function certificates(): boolean {
    try {
      openssl('version');
    } catch {
      return false; // The tests below say that they are skipped, and why.
    }
    const subject = (name: string) => ['-subj', `/CN=${name}`];
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      file('ca.key'),
      '-out',
      file('ca.pem'),
      ...subject('test ca'),
    );
    for (const name of ['leaf1', 'weir']) {
      openssl(
        'req',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        file(`${name}.key`),
        '-out',
        file(`${name}.csr`),
        ...subject(name),
        '-addext',
        `subjectAltName=DNS:${name}`,
      );
      openssl(
        'x509',
        '-req',
        '-days',
        '2',
        '-copy_extensions',
        'copy',
        '-in',
        file(`${name}.csr`),
        '-CA',
        file('ca.pem'),
        '-CAkey',
        file('ca.key'),
        '-CAcreateserial',
        '-out',
        file(`${name}.pem`),
      );
    }
    return true;
  }

  const read = (name: string) => readFileSync(file(name));
  const ready = certificates();
  if (!ready) console.warn('skipped: no openssl here to make certificates with');

  (ready ? it : it.skip)(
    'talks to a target that asks for a certificate and a password',
    async () => {
      const credentials = { username: 'weir', password: 'secret' };
      const tls = { cert: read('leaf1.pem'), key: read('leaf1.key'), clientCa: read('ca.pem') };
      const mutual = {
        ca: read('ca.pem'),
        cert: read('weir.pem'),
        key: read('weir.key'),
        serverName: 'leaf1',
      };
      const { sink } = await setUp(
        {},
        { tls: { mode: 'mutual', ...mutual }, credentials },
        { tls, credentials },
      );
      await until(synced(sink), 'sync');

      const wrongName = await setUp(
        {},
        { tls: { mode: 'mutual', ...mutual, serverName: 'leaf2' }, credentials },
        { tls, credentials },
      );
      await until(() => wrongName.sink.states.some((state) => state.startsWith('down')), 'failure');
      const noCertificate = await setUp(
        {},
        { tls: { mode: 'tls', ca: read('ca.pem'), serverName: 'leaf1' }, credentials },
        { tls, credentials },
      );
      await until(
        () => noCertificate.sink.states.some((state) => state.startsWith('down')),
        'failure',
      );
      expect(wrongName.sink.writes + noCertificate.sink.writes).toBe(0);
    },
  );
});
