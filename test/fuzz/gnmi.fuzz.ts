import fc from 'fast-check';
import { DecodeError, SubscribeDecoder } from '@weir/adapter-gnmi';
import { deviceId, type SeriesKey } from '@weir/core/model';
import type { TelemetrySink } from '@weir/core/ports';
import { parsePath } from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';
import { nothingToClose, Violation, type Door, type OpenDoor } from './driver';
import { hostileText, mutatedMessage } from './inputs';

/** Enough for one input; the limit itself is reached by path bombs. */
const MAX_PATHS = 2_000;
const KEYS = /^(in|out|queue|prefix)-[a-z-]+$|^oper-status$/;

/** Writes down what arrives, and refuses series that no metric of ours can have. */
class Record implements TelemetrySink {
  readonly calls: string[] = [];
  readonly slots = new Map<string, number>();
  private readonly present = new Set<number>();

  resolve(key: SeriesKey): number {
    if (typeof key.metric !== 'string' || !KEYS.test(key.metric))
      throw new Violation(`a series of metric ${String(key.metric)} was asked for`);
    if (key.interface === 'unknown') return -1;
    const text = [key.metric, key.interface, key.queue, key.prefix].join('|');
    const slot = this.slots.get(text) ?? this.slots.size;
    this.slots.set(text, slot);
    return slot;
  }
  write(slot: number, high: number, low: number, timeMs: number): void {
    this.present.add(slot);
    this.calls.push(`${slot} = ${high}:${low} @ ${timeMs}`);
    const word = (half: number): boolean => half >= 0 && half < 2 ** 32 && Number.isInteger(half);
    if (!word(high) || !word(low) || !Number.isFinite(timeMs))
      throw new Violation(`no sample: ${this.calls.at(-1)}`);
  }
  invalidate(slot: number): void {
    if (this.present.delete(slot)) this.calls.push(`${slot} gone`);
  }
  session(): void {}
  rebooted(): void {}
  /** Slots are numbered as they appear, and deletes have no order among themselves. */
  text(): string {
    const names = new Map([...this.slots].map(([name, slot]) => [String(slot), name]));
    const named = this.calls.map((call) => call.replace(/^\d+/, (slot) => names.get(slot) ?? slot));
    const gone = named.filter((call) => call.endsWith(' gone')).sort();
    return [...named.filter((call) => !call.endsWith(' gone')), ...gone].join('\n');
  }
}

function decoder() {
  const sink = new Record();
  const boots: bigint[] = [];
  const bootTime = (ns: bigint): void => void boots.push(ns);
  return {
    sink,
    boots,
    decoder: new SubscribeDecoder(deviceId('leaf1'), { sink, bootTime }, MAX_PATHS),
  };
}

const COUNTERS = '/interfaces/interface[name=eth1]/state/counters';
const QUEUE = '/qos/interfaces/interface[interface-id=eth1]/output/queues/queue[name=rt]/state';
const AFT =
  '/network-instances/network-instance[name=DEFAULT]/afts/ipv4-unicast/ipv4-entry[prefix=10.0.0.0%24]/state/counters';
const LEAVES = [
  `${COUNTERS}/in-octets`,
  `${COUNTERS}/out-octets`,
  `${COUNTERS}/out-discards`,
  '/interfaces/interface[name=unknown]/state/counters/in-octets',
  '/interfaces/interface[name=eth1]/state/oper-status',
  `${QUEUE}/transmit-octets`,
  `${QUEUE}/max-queue-len`,
  `${AFT}/octets-forwarded`,
  '/system/state/boot-time',
  '/system/state/hostname',
];
const PREFIXES = ['', '/interfaces/interface[name=eth1]/state', QUEUE, '/...', '/interfaces'];

/** Steps of a path as a message; names and keys may be hostile. */
const path = fc
  .tuple(fc.constantFrom(...LEAVES), fc.option(fc.tuple(fc.nat(9), hostileText, fc.boolean())))
  .map(([text, spoil]): gnmi.Path => {
    const elem = parsePath(text).map(({ name, key }) => ({ name, key: { ...key } }));
    const [at, own, asKey] = spoil ?? [99, '', false];
    const target = elem[at % elem.length];
    if (spoil !== null && target !== undefined)
      if (asKey) target.key = { ...target.key, [own]: own };
      else target.name = own;
    return { origin: '', target: '', element: [], elem };
  });

const json = fc.oneof(
  fc.constantFrom('"UP"', '"DOWN"', '"openconfig:UP"', '12', '"12"', '12.75', '-1', '{}', '[1]'),
  fc.constantFrom('18446744073709551615', '"18446744073709551616"', '1e400', '{"in-octets":"7"}'),
  fc.constantFrom('{"counters":{"in-octets":"7","__proto__":{"x":1}}}', '[', '"\\ud800"', ''),
  fc.constantFrom(70, 9_000).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
);
const bytesOf = (text: string): Buffer => Buffer.from(text);
const scalar: fc.Arbitrary<NonNullable<gnmi.TypedValue['value']>> = fc.oneof(
  json.map((text) => ({ $case: 'jsonIetfVal' as const, value: bytesOf(text) })),
  json.map((text) => ({ $case: 'jsonVal' as const, value: bytesOf(text) })),
  fc.bigInt(0n, 2n ** 64n - 1n).map((value) => ({ $case: 'uintVal' as const, value })),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((value) => ({ $case: 'intVal' as const, value })),
  fc.double().map((value) => ({ $case: 'doubleVal' as const, value })),
  fc.float().map((value) => ({ $case: 'floatVal' as const, value })),
  hostileText.map((value) => ({ $case: 'stringVal' as const, value })),
  fc.boolean().map((value) => ({ $case: 'boolVal' as const, value })),
  fc
    .uint8Array({ maxLength: 9 })
    .map((value) => ({ $case: 'bytesVal' as const, value: Buffer.from(value) })),
  fc
    .record({ digits: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), precision: fc.nat(4_000_000) })
    .map((value) => ({ $case: 'decimalVal' as const, value })),
  fc.array(fc.bigInt(0n, 9n), { maxLength: 3 }).map((list) => ({
    $case: 'leaflistVal' as const,
    value: { element: list.map((value) => ({ value: { $case: 'uintVal' as const, value } })) },
  })),
);

const notification = fc.record({
  timestamp: fc.oneof(
    fc.constant(1_700_000_000_123_456_789n),
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  ),
  prefix: fc.constantFrom(...PREFIXES).map((text) =>
    text === ''
      ? undefined
      : {
          origin: 'openconfig',
          target: 'leaf1',
          element: [],
          elem: parsePath(text).map(({ name, key }) => ({ name, key: { ...key } })),
        },
  ),
  update: fc.array(
    fc
      .record({
        path,
        val: fc.option(
          scalar.map((value) => ({ value })),
          { nil: undefined },
        ),
      })
      .map(({ path: where, val }) => ({ path: where, val, value: undefined, duplicates: 0 })),
    { maxLength: 5 },
  ),
  delete: fc.oneof(
    { weight: 4, arbitrary: fc.constant<gnmi.Path[]>([]) },
    { weight: 1, arbitrary: fc.array(path, { maxLength: 2 }) },
  ),
  atomic: fc.oneof(
    { weight: 5, arbitrary: fc.constant(false) },
    { weight: 1, arbitrary: fc.constant(true) },
  ),
});
const response: fc.Arbitrary<gnmi.SubscribeResponse> = fc.oneof(
  {
    weight: 9,
    arbitrary: notification.map((value) => ({
      response: { $case: 'update' as const, value },
      extension: [],
    })),
  },
  {
    weight: 1,
    arbitrary: fc
      .boolean()
      .map((value) => ({ response: { $case: 'syncResponse' as const, value }, extension: [] })),
  },
);
const message = response.map((value) => gnmi.SubscribeResponse.encode(value).finish());

function outcome(decode: () => unknown): string {
  try {
    return String(decode());
  } catch (error) {
    if (error instanceof DecodeError) return 'refused';
    throw error;
  }
}

type Input = readonly Uint8Array[];

function feed(messages: Input): string {
  const fast = decoder();
  const full = decoder();
  let last = 'none';
  // Twice, so that what was interned by the first round is read by the fast path in the second.
  for (const bytes of [...messages, ...messages]) {
    const buffer = Buffer.from(bytes);
    last = outcome(() => full.decoder.decodeFully(buffer));
    const mine = outcome(() => fast.decoder.decode(buffer));
    if (mine !== last) throw new Violation(`the fast path says ${mine}, the full decoder ${last}`);
    // The stream ends here: what came before the bad part may have been taken or not.
    if (last === 'refused') return last;
    const [one, other] = [fast.sink.text(), full.sink.text()];
    if (one !== other) throw new Violation(`effects differ:\n${one}\n--- full decoder:\n${other}`);
    if (String(fast.boots) !== String(full.boots)) throw new Violation('boot times differ');
  }
  return last;
}

function good(): void {
  const { sink, decoder: one } = decoder();
  const bytes = gnmi.SubscribeResponse.encode({
    response: {
      $case: 'update',
      value: {
        timestamp: 1_000_000n,
        prefix: undefined,
        update: [
          {
            path: {
              origin: '',
              target: '',
              element: [],
              elem: parsePath(`${COUNTERS}/in-octets`).map(({ name, key }) => ({
                name,
                key: { ...key },
              })),
            },
            val: { value: { $case: 'uintVal', value: 7n } },
            value: undefined,
            duplicates: 0,
          },
        ],
        delete: [],
        atomic: false,
      },
    },
    extension: [],
  }).finish();
  one.decode(Buffer.from(bytes));
  if (sink.text() !== 'in-octets|eth1|| = 0:7 @ 1') throw new Violation(`got ${sink.text()}`);
}

/** Subscribe streams of devices: the partial decoder against the generated one. */
export const gnmiDoor: Door<Input> = {
  name: 'gnmi',
  about: 'SubscribeResponse messages of a device, in a row',
  input: fc.array(mutatedMessage(message), { minLength: 1, maxLength: 4 }),
  open: (): Promise<OpenDoor<Input>> => Promise.resolve({ feed, good, close: nothingToClose }),
};
