import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import fc from 'fast-check';
import { gnmi } from '@weir/proto-gen';
import { MemoryBackend, startTarget, type Target } from './index';
import { setRequest } from './testing/client';
import { subscribeRequest } from './testing/subscriber';

const MTU = '/interfaces/interface[name=e1]/config/mtu';
const same = (bytes: Buffer): Buffer => bytes;

/** Statuses that bad bytes may be answered with; INTERNAL is grpc-js on what is no message. */
const EXPECTED = new Set([0, 3, 5, 9, 12, 13]);

let target: Target;
let client: Client;
let failures: unknown[];

beforeAll(async () => {
  failures = [];
  target = await startTarget({
    address: '127.0.0.1:0',
    backend: new MemoryBackend({ [MTU]: 1500 }),
    onError: (message, error) => failures.push([message, error]),
  });
  client = new Client(`127.0.0.1:${target.port}`, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await target.close();
});

const mutated = (seed: Uint8Array): fc.Arbitrary<Buffer> =>
  fc
    .array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 })
    .map((edits) => {
      const bytes = Buffer.from(seed);
      for (const [at, byte] of edits) bytes[at] = byte;
      return bytes;
    });

const unary = (rpc: string, bytes: Buffer): Promise<number> =>
  new Promise((resolve) => {
    client.makeUnaryRequest(`/gnmi.gNMI/${rpc}`, same, same, bytes, (error) =>
      resolve(error?.code ?? 0),
    );
  });

const subscribe = (bytes: Buffer): Promise<number> =>
  new Promise((resolve) => {
    const call = client.makeBidiStreamRequest('/gnmi.gNMI/Subscribe', same, same);
    call.on('error', (error: ServiceError) => resolve(error.code));
    // A stream that was accepted is as good as one that was refused.
    call.on('data', () => {
      resolve(0);
      call.cancel();
    });
    call.on('end', () => resolve(0));
    call.write(bytes);
    call.end();
  });

const SET = gnmi.SetRequest.encode(
  setRequest({
    delete: ['/qos/queues/queue[name=a]'],
    replace: [['/interfaces/interface[name=e1]/config', { mtu: 9000, enabled: true }]],
    commit: { id: 'c', action: { $case: 'confirm', value: {} } },
  }),
).finish();
const GET = gnmi.GetRequest.encode(
  gnmi.GetRequest.create({
    prefix: { elem: [{ name: 'interfaces' }], target: 'x', origin: 'openconfig' },
    path: [{ elem: [{ name: 'interface', key: { name: 'e1' } }, { name: 'config' }] }],
    encoding: gnmi.Encoding.JSON_IETF,
    type: gnmi.GetRequest_DataType.CONFIG,
  }),
).finish();
const SUBSCRIBE = gnmi.SubscribeRequest.encode(
  subscribeRequest(gnmi.SubscriptionList_Mode.ONCE, [{ path: MTU, intervalMs: 500 }]),
).finish();

describe('mutated bytes', () => {
  it.each([
    ['Set', SET, (bytes: Buffer) => unary('Set', bytes)],
    ['Get', GET, (bytes: Buffer) => unary('Get', bytes)],
    ['Subscribe', SUBSCRIBE, subscribe],
  ] as const)(
    'of a %s are answered, and nothing breaks',
    async (_name, seed, send) => {
      await fc.assert(
        fc.asyncProperty(mutated(seed), async (bytes) => {
          expect(EXPECTED).toContain(await send(bytes));
        }),
        { numRuns: 300 },
      );
      expect(failures).toEqual([]);
      expect(await unary('Get', Buffer.from(GET))).toBe(0);
    },
    60_000,
  );
});
