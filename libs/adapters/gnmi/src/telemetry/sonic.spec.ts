import { Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import type { SeriesKey } from '@weir/core/model';
import type { TelemetrySink } from '@weir/core/ports';
import { elemsOf, toProtoPath } from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';
import { oneLeaf } from '../testing/topology';
import { GnmiTelemetrySource } from './telemetry-source';

type Stream = ServerDuplexStream<gnmi.SubscribeRequest, gnmi.SubscribeResponse>;

const answer = (response: gnmi.SubscribeResponse['response']) => ({ response, extension: [] });

/** As sonic-gnmi answers to a wildcard: one object of all ports below the path that was asked. */
function pfcUpdate(path: gnmi.Path | undefined): gnmi.Update {
  const field = elemsOf(path).at(-1)?.name ?? '';
  const count = field === 'SAI_PORT_STAT_PFC_3_RX_PKTS' ? '17' : '0';
  const tree = { eth1: { [field]: count }, PortChannel9: { [field]: '5' } };
  const value = { $case: 'jsonIetfVal' as const, value: Buffer.from(JSON.stringify(tree)) };
  return { path, value: undefined, val: { value }, duplicates: 0 };
}

/** The part of sonic-gnmi that matters here; `refuses`: it serves no database. */
async function startSonic(asked: string[], refuses: boolean) {
  const server = new Server();
  server.addService(gnmi.gNMIService, {
    capabilities: (_call: unknown, done: (error: null, value: unknown) => void) => {
      const model = { name: 'sonic-db', organization: 'SONiC', version: '0.1.0' };
      done(null, {
        supportedModels: [model],
        supportedEncodings: [gnmi.Encoding.JSON_IETF],
        gNMIVersion: '0.7.0',
        extension: [],
      });
    },
    get: () => undefined,
    set: () => undefined,
    subscribe: (call: Stream) => {
      call.on('error', () => undefined);
      call.on('data', ({ request }: gnmi.SubscribeRequest) => {
        if (request?.$case !== 'subscribe') return;
        const { prefix, subscription } = request.value;
        asked.push(prefix?.target ?? '');
        if (prefix?.target === 'COUNTERS_DB' && refuses) return call.end();
        const update =
          prefix?.target === 'COUNTERS_DB' ? subscription.map((s) => pfcUpdate(s.path)) : [];
        const timestamp = BigInt(Date.now()) * 1_000_000n;
        const head = { timestamp, prefix: prefix ?? toProtoPath([]), delete: [], atomic: false };
        call.write(answer({ $case: 'update', value: { ...head, update } }));
        call.write(answer({ $case: 'syncResponse', value: true }));
      });
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, close: () => server.forceShutdown() };
}

class Sink implements TelemetrySink {
  readonly values = new Map<string, number>();
  readonly states: string[] = [];
  private readonly keys: string[] = [];
  resolve({ metric, interface: port, queue }: SeriesKey): number {
    return port === 'eth1' ? this.keys.push(`${metric} ${port} ${queue}`) - 1 : -1;
  }
  write(slot: number, _high: number, low: number): void {
    this.values.set(this.keys[slot] ?? '', low);
  }
  invalidate(): void {}
  session(_device: unknown, state: string): void {
    this.states.push(state);
  }
  rebooted(): void {}
}

async function listen(refuses: boolean, until: (sink: Sink, asked: string[]) => boolean) {
  const asked: string[] = [];
  const target = await startSonic(asked, refuses);
  const sink = new Sink();
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
    sampleIntervalMs: 1000,
    limits: { refusedRetryMs: 20 },
  });
  await source.start();
  const deadlineMs = Date.now() + 8_000;
  while (!until(sink, asked) && Date.now() < deadlineMs)
    await new Promise((resolve) => setTimeout(resolve, 5));
  await source.stop();
  target.close();
  return { sink, asked };
}

describe('a SONiC switch', () => {
  it('tells the frames of each priority by its own database', async () => {
    const { sink, asked } = await listen(false, ({ values }) => values.size === 16);
    expect(asked.sort()).toEqual(['', 'COUNTERS_DB']);
    expect(sink.values.size).toBe(16);
    expect(sink.values.get('in-pfc-frames eth1 3')).toBe(17);
    expect(sink.values.get('out-pfc-frames eth1 7')).toBe(0);
  });

  it('that does not is asked again, and the session goes on', async () => {
    const times = (asked: string[]) => asked.filter((name) => name === 'COUNTERS_DB').length;
    const { sink, asked } = await listen(true, (_, all) => times(all) > 2);
    expect(times(asked)).toBeGreaterThan(2);
    expect(sink.states).toEqual(['connecting', 'synced', 'down']);
  });
});
