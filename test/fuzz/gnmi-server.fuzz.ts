import fc from 'fast-check';
import { toProtoPath } from '@weir/gnmi';
import { MemoryBackend, startTarget } from '@weir/gnmi-server';
import { gnmi } from '@weir/proto-gen';
import { errorText, Violation, type Door, type OpenDoor } from './driver';
import { jsonTextOf, mutatedDocument, mutatedMessage } from './inputs';
import { ByteClient, statusWord } from './byte-client';

interface Input {
  readonly rpc: 'Get' | 'Set' | 'Capabilities' | 'Subscribe';
  readonly messages: readonly Uint8Array[];
}

const CONFIG = '/interfaces/interface[name=e1]/config';
const PATHS = [
  '/',
  CONFIG,
  `${CONFIG}/mtu`,
  '/interfaces/interface[name=*]',
  '/.../config',
  '/qos/queues/queue[name=a]',
];
const COUNTER = '/interfaces/interface[name=e1]/state/counters/in-octets';

const proto = (text: string): gnmi.Path => toProtoPath(text);
const path = fc.constantFrom(...PATHS, COUNTER).map(proto);
const encoding = fc.constantFrom(0, 1, 2, 3, 4, 9) as fc.Arbitrary<gnmi.Encoding>;

const getRequest = fc
  .record({
    prefix: fc.option(
      fc.constantFrom('/interfaces', '/').map((text) => toProtoPath(text, 'openconfig', 'x')),
      { nil: undefined },
    ),
    path: fc.array(path, { maxLength: 3 }),
    type: fc.constantFrom(0, 1, 2, 3, 7) as fc.Arbitrary<gnmi.GetRequest_DataType>,
    encoding,
  })
  .map((request) => gnmi.GetRequest.encode(gnmi.GetRequest.create(request)).finish());

const configs: readonly unknown[] = [
  { mtu: 9000, enabled: true },
  { name: 'e1', description: 'x' },
  {
    'openconfig-interfaces:interfaces': {
      interface: [{ name: 'e2', config: { name: 'e2', mtu: 1 } }],
    },
  },
];
const update = fc
  .tuple(path, mutatedDocument(fc.constantFrom(...configs)))
  .map(([where, document]) =>
    gnmi.Update.create({
      path: where,
      val: { value: { $case: 'jsonIetfVal', value: Buffer.from(jsonTextOf(document)) } },
    }),
  );
const commit = fc.constantFrom<gnmi.SetRequest['extension']>(
  [],
  [{ ext: { $case: 'commit', value: { id: 'c', action: { $case: 'confirm', value: {} } } } }],
  [{ ext: { $case: 'commit', value: { id: 'c', action: { $case: 'cancel', value: {} } } } }],
);
const setRequest = fc
  .record({
    delete: fc.array(path, { maxLength: 2 }),
    replace: fc.array(update, { maxLength: 2 }),
    update: fc.array(update, { maxLength: 2 }),
    extension: commit,
  })
  .map((request) => gnmi.SetRequest.encode(gnmi.SetRequest.create(request)).finish());

const subscribeRequest = fc
  .oneof(
    fc
      .record({
        mode: fc.constantFrom(0, 1, 2, 5) as fc.Arbitrary<gnmi.SubscriptionList_Mode>,
        encoding,
        updatesOnly: fc.boolean(),
        subscription: fc.array(
          fc.record({
            path,
            mode: fc.constantFrom(0, 1, 2, 8) as fc.Arbitrary<gnmi.SubscriptionMode>,
            sampleInterval: fc.constantFrom(0n, 1n, 10n ** 9n, 2n ** 64n - 1n),
            heartbeatInterval: fc.constantFrom(0n, 1n, 2n ** 63n),
          }),
          { maxLength: 3 },
        ),
      })
      .map((value) => ({
        $case: 'subscribe' as const,
        value: gnmi.SubscriptionList.create(value),
      })),
    fc.constant({ $case: 'poll' as const, value: {} }),
  )
  .map((request) => gnmi.SubscribeRequest.encode({ request, extension: [] }).finish());

const one = (bytes: fc.Arbitrary<Uint8Array>) => mutatedMessage(bytes).map((message) => [message]);
const input: fc.Arbitrary<Input> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ rpc: fc.constant('Set' as const), messages: one(setRequest) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ rpc: fc.constant('Get' as const), messages: one(getRequest) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      rpc: fc.constant('Subscribe' as const),
      messages: fc.array(mutatedMessage(subscribeRequest), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      rpc: fc.constant('Capabilities' as const),
      messages: one(fc.constant(gnmi.CapabilityRequest.encode({ extension: [] }).finish())),
    }),
  },
);

async function open(): Promise<OpenDoor<Input>> {
  const failures: string[] = [];
  const backend = new MemoryBackend({ [`${CONFIG}/mtu`]: 1500 });
  backend.setState('/interfaces/interface[name=e1]', { 'state/counters/in-octets': 7n });
  const target = await startTarget({
    address: '127.0.0.1:0',
    backend,
    name: 'x',
    onError: (message, error) => failures.push(`${message}: ${errorText(error)}`),
  });
  const client = new ByteClient(target.port);
  const feed = async ({ rpc, messages }: Input): Promise<string> => {
    const name = `/gnmi.gNMI/${rpc}`;
    const answer =
      rpc === 'Subscribe'
        ? await client.stream(name, messages)
        : await client.unary(name, messages[0] as Uint8Array);
    const [failure] = failures.splice(0);
    if (failure !== undefined) throw new Violation(`the target blames itself: ${failure}`);
    return `${rpc} ${statusWord(answer)}`;
  };
  return {
    feed,
    good: async () => {
      const request = gnmi.GetRequest.create({
        path: [proto(COUNTER)],
        encoding: gnmi.Encoding.PROTO,
      });
      const outcome = await feed({
        rpc: 'Get',
        messages: [gnmi.GetRequest.encode(request).finish()],
      });
      if (outcome !== 'Get OK') throw new Violation(outcome);
    },
    close: async () => {
      client.close();
      await target.close();
    },
  };
}

/** A gNMI target as apps/fabric and apps/switch-agent run it, over loopback. */
export const gnmiServerDoor: Door<Input> = {
  name: 'gnmi-server',
  about: 'Get, Set, Subscribe and Capabilities requests at a real target',
  input,
  open,
};
