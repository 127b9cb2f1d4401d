import fc from 'fast-check';
import type { SeriesKey } from '@weir/core/model';
import { deviceId } from '@weir/core/model';
import type { TelemetrySink } from '@weir/core/ports';
import { toProtoPath } from '@weir/gnmi';
import { gnmi } from '@weir/proto-gen';
import { DecodeError, SubscribeDecoder } from './subscribe-decoder';

/** Writes down what arrives; slots are numbers of known series. */
class RecordingSink implements TelemetrySink {
  readonly calls: string[] = [];
  readonly keys = new Map<string, number>();
  private readonly present = new Set<number>();

  resolve(key: SeriesKey): number {
    if (key.interface === 'unknown') return -1;
    const text = [key.metric, key.interface, key.queue, key.prefix].join('|');
    const slot = this.keys.get(text) ?? this.keys.size;
    this.keys.set(text, slot);
    return slot;
  }
  write(slot: number, high: number, low: number, timeMs: number): void {
    this.present.add(slot);
    this.calls.push(`${this.nameOf(slot)} = ${(BigInt(high) << 32n) + BigInt(low)} @ ${timeMs}`);
  }
  invalidate(slot: number): void {
    if (!this.present.delete(slot)) return;
    this.calls.push(`${this.nameOf(slot)} gone`);
  }
  session(): void {}
  rebooted(): void {}

  /** Deletes have no order among themselves. */
  takeCalls(): readonly string[] {
    const taken = this.calls.splice(0);
    return [
      ...taken.filter((c) => c.endsWith('gone')).sort(),
      ...taken.filter((c) => !c.endsWith('gone')),
    ];
  }
  private nameOf(slot: number): string {
    return [...this.keys].find(([, number]) => number === slot)?.[0] ?? '?';
  }
}

function setUp(maxPaths?: number) {
  const sink = new RecordingSink();
  const boots: bigint[] = [];
  const output = { sink, bootTime: (ns: bigint) => boots.push(ns) };
  return { sink, boots, decoder: new SubscribeDecoder(deviceId('leaf1'), output, maxPaths) };
}

type Scalar = NonNullable<gnmi.TypedValue['value']>;
interface Item {
  readonly path: string;
  readonly value: Scalar;
}
const json = (text: string): Scalar => ({ $case: 'jsonIetfVal', value: Buffer.from(text) });
const uint = (value: bigint): Scalar => ({ $case: 'uintVal', value });

function message(over: {
  prefix?: string;
  items?: readonly Item[];
  deletes?: readonly string[];
  atomic?: boolean;
  timestamp?: bigint;
}): Buffer {
  const notification: gnmi.Notification = {
    timestamp: over.timestamp ?? 1_700_000_000_123_456_789n,
    prefix: over.prefix === undefined ? undefined : toProtoPath(over.prefix, 'openconfig', 'leaf1'),
    update: (over.items ?? []).map(({ path, value }) => ({
      path: toProtoPath(path),
      value: undefined,
      val: { value },
      duplicates: 0,
    })),
    delete: (over.deletes ?? []).map((path) => toProtoPath(path)),
    atomic: over.atomic ?? false,
  };
  const response = { response: { $case: 'update' as const, value: notification }, extension: [] };
  return Buffer.from(gnmi.SubscribeResponse.encode(response).finish());
}

const eth = (name: string) => `/interfaces/interface[name=${name}]`;
const queue = (name: string) =>
  `/qos/interfaces/interface[interface-id=${name}]/output/queues/queue[name=rt]`;
const prefixCounter =
  '/network-instances/network-instance[name=DEFAULT]/afts/ipv4-unicast/ipv4-entry[prefix=10.0.0.0/24]/state/counters/octets-forwarded';

describe('SubscribeDecoder', () => {
  it('reads prefixed counters and takes the fast path from the second message on', () => {
    const { decoder, sink } = setUp();
    const items = ['in-octets', 'out-octets', 'out-pkts'].map((leaf) => ({
      path: `counters/${leaf}`,
      value: uint(2n ** 63n + 5n),
    }));
    const bytes = message({ prefix: `${eth('eth1')}/state`, items });
    expect(decoder.decode(bytes)).toBe('update');
    expect(sink.calls).toHaveLength(3);
    expect(sink.calls[0]).toBe('in-octets|eth1|| = 9223372036854775813 @ 1700000000123.4568');
    decoder.decode(bytes);
    expect(decoder.figures).toEqual({ messages: 2, fast: 6, full: 0 });
  });

  it.each<[string, Scalar, string]>([
    ['uint', uint(7n), '7'],
    ['int', { $case: 'intVal', value: 7n }, '7'],
    ['text', { $case: 'stringVal', value: '7' }, '7'],
    ['JSON_IETF text', json('"18446744073709551615"'), '18446744073709551615'],
    ['JSON number', json('1234567890123456789'), '1234567890123456789'],
    ['JSON', { $case: 'jsonVal', value: Buffer.from('42') }, '42'],
    ['double', { $case: 'doubleVal', value: 4096.9 }, '4096'],
    ['decimal', { $case: 'decimalVal', value: { digits: 12345n, precision: 2 } }, '123'],
  ])('understands a %s value', (_name, value, expected) => {
    const { decoder, sink } = setUp();
    const bytes = message({ items: [{ path: `${queue('eth1')}/state/avg-queue-len`, value }] });
    decoder.decode(bytes);
    decoder.decode(bytes);
    expect(sink.calls.map((call) => call.split(' ')[2])).toEqual([expected, expected]);
  });

  it.each<[string, Scalar]>([
    ['negative', { $case: 'intVal', value: -1n }],
    ['word', { $case: 'stringVal', value: 'many' }],
    ['2^64', json('"18446744073709551616"')],
    ['broken JSON', json('"7')],
    ['boolean', { $case: 'boolVal', value: true }],
  ])('passes over a %s counter and counts it', (_name, value) => {
    const { decoder, sink } = setUp();
    decoder.decode(message({ items: [{ path: `${eth('e')}/state/counters/in-octets`, value }] }));
    expect(sink.calls).toEqual([]);
    expect(decoder.unusable).toBe(1);
  });

  it('reads states in every spelling', () => {
    const { decoder, sink } = setUp();
    const spellings: Scalar[] = [
      { $case: 'stringVal', value: 'UP' },
      { $case: 'stringVal', value: 'openconfig-interfaces:LOWER_LAYER_DOWN' },
      json('"UP"'),
      json('"openconfig-interfaces:UNKNOWN"'),
    ];
    for (const value of spellings)
      decoder.decode(message({ items: [{ path: `${eth('e')}/state/oper-status`, value }] }));
    expect(sink.calls.map((call) => call.split(' ')[2])).toEqual(['1', '0', '1', '2']);
  });

  it('flattens whole subtrees in JSON, with module prefixes and list keys', () => {
    const { decoder, sink } = setUp();
    const tree = {
      'openconfig-interfaces:interface': [
        {
          name: 'eth1',
          state: { 'oper-status': 'UP', counters: { 'out-octets': '9', 'in-octets': '8' } },
        },
        { name: 'eth2', state: { counters: { 'out-octets': '7' } } },
      ],
    };
    decoder.decode(
      message({ items: [{ path: '/interfaces', value: json(JSON.stringify(tree)) }] }),
    );
    expect(sink.calls.map((call) => call.split(' @')[0])).toEqual([
      'oper-status|eth1|| = 1',
      'out-octets|eth1|| = 9',
      'in-octets|eth1|| = 8',
      'out-octets|eth2|| = 7',
    ]);
  });

  it('makes deleted leaves unknown, also by wildcard and container', () => {
    const { decoder, sink } = setUp();
    const items = ['eth1', 'eth2'].flatMap((name) =>
      ['in-octets', 'out-octets'].map((leaf) => ({
        path: `${eth(name)}/state/counters/${leaf}`,
        value: uint(1n),
      })),
    );
    decoder.decode(message({ items }));
    sink.takeCalls();
    decoder.decode(message({ deletes: [`${eth('eth1')}/state`] }));
    expect(sink.takeCalls()).toEqual(['in-octets|eth1|| gone', 'out-octets|eth1|| gone']);
    decoder.decode(
      message({ prefix: '/interfaces', deletes: ['interface[name=*]/state/counters/in-octets'] }),
    );
    expect(sink.takeCalls()).toEqual(['in-octets|eth2|| gone']);
  });

  it('lets an atomic notification replace what is below its prefix, keeping what it repeats', () => {
    const { decoder, sink } = setUp();
    const items = ['in-octets', 'out-octets'].map((leaf) => ({
      path: `counters/${leaf}`,
      value: uint(1n),
    }));
    decoder.decode(message({ prefix: `${eth('eth1')}/state`, items }));
    sink.takeCalls();
    decoder.decode(
      message({ prefix: `${eth('eth1')}/state`, items: items.slice(0, 1), atomic: true }),
    );
    expect(sink.takeCalls().map((call) => call.split(' @')[0])).toEqual([
      'out-octets|eth1|| gone',
      'in-octets|eth1|| = 1',
    ]);
  });

  it('reports sync, boot time and the errors of old targets', () => {
    const { decoder, boots } = setUp();
    const encode = (response: gnmi.SubscribeResponse['response']) =>
      Buffer.from(gnmi.SubscribeResponse.encode({ response, extension: [] }).finish());
    expect(decoder.decode(encode({ $case: 'syncResponse', value: true }))).toBe('sync');
    decoder.decode(
      message({
        items: [{ path: '/system/state/boot-time', value: uint(1_700_000_000_000_000_001n) }],
      }),
    );
    expect(boots).toEqual([1_700_000_000_000_000_001n]);
    const error = { code: 3, message: 'no', data: undefined };
    expect(() => decoder.decode(encode({ $case: 'error', value: error }))).toThrow(DecodeError);
  });

  it('gives a target up that sends paths without end', () => {
    const { decoder } = setUp(10);
    const items = Array.from({ length: 20 }, (_, i) => ({ path: `/a/b${i}`, value: uint(1n) }));
    expect(() => decoder.decode(message({ items }))).toThrow(/more than 10/);
  });
});

const leaves = fc.constantFrom(
  ...['eth1', 'eth2', 'a/b', 'x]y\\'].flatMap((name) => [
    `${eth(name.replace(/[\]\\]/g, '\\$&'))}/state/counters/in-octets`,
    `${eth(name.replace(/[\]\\]/g, '\\$&'))}/state/counters/out-discards`,
    `${queue(name.replace(/[\]\\]/g, '\\$&'))}/state/ecn-marked-pkts`,
  ]),
  `${eth('eth1')}/state/oper-status`,
  `${eth('unknown')}/state/counters/in-octets`,
  `${eth('eth1')}/state/counters/in-unicast-pkts`,
  prefixCounter,
  '/system/state/boot-time',
);
const values: fc.Arbitrary<Scalar> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(uint),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => json(`"${n}"`)),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => json(`${n}`)),
  fc.nat().map((n): Scalar => ({ $case: 'intVal', value: BigInt(n) - 1000n })),
  fc.double().map((value): Scalar => ({ $case: 'doubleVal', value })),
  fc.nat().map((n): Scalar => ({ $case: 'stringVal', value: `${n}` })),
  fc.constantFrom<Scalar>(
    { $case: 'stringVal', value: 'UP' },
    { $case: 'stringVal', value: '"UP"' },
    json('"DOWN"'),
    json('"007"'),
    json('{"openconfig-interfaces:counters": {"in-octets": "5"}}'),
    json(' 12 '),
    json('1.5'),
    { $case: 'boolVal', value: true },
    { $case: 'leaflistVal', value: { element: [{ value: uint(1n) }] } },
    { $case: 'bytesVal', value: Buffer.from([1, 2]) },
  ),
);
const messages = fc.record(
  {
    prefix: fc.constantFrom('/', '/interfaces'),
    items: fc.array(fc.record({ path: leaves, value: values }), { maxLength: 8 }),
    deletes: fc.array(fc.constantFrom(`${eth('eth1')}`, `${queue('eth2')}/state`), {
      maxLength: 1,
    }),
    atomic: fc.boolean(),
    timestamp: fc.bigInt({ min: -5n, max: 2n ** 62n }),
  },
  { requiredKeys: ['items'] },
);
/** Paths below a prefix are written relative to it. */
const built = messages.map(({ prefix, items, ...rest }) => {
  if (prefix === undefined || prefix === '/') return message({ items, ...rest });
  const below = items.filter((item) => item.path.startsWith(`${prefix}/`));
  const relative = below.map((item) => ({ ...item, path: item.path.slice(prefix.length) }));
  return message({ prefix, items: relative, atomic: rest.atomic ?? false });
});

function outcome(decode: () => unknown): string {
  try {
    return String(decode());
  } catch (error) {
    if (error instanceof DecodeError) return 'rejected';
    throw error;
  }
}

describe('SubscribeDecoder against the generated decoder', () => {
  it('property: any sequence of messages has the same effect', () => {
    fc.assert(
      fc.property(fc.array(built, { minLength: 1, maxLength: 8 }), fc.nat(3), (list, repeats) => {
        const fast = setUp();
        const full = setUp();
        for (let round = 0; round <= repeats; round++) {
          for (const bytes of list) {
            const one = outcome(() => fast.decoder.decode(bytes));
            expect(one).toBe(outcome(() => full.decoder.decodeFully(bytes)));
            expect(fast.sink.takeCalls()).toEqual(full.sink.takeCalls());
          }
        }
        expect(fast.boots).toEqual(full.boots);
      }),
      { numRuns: 300 },
    );
  });

  it('property: mutants never crash it, and none is accepted that the full decoder rejects', () => {
    const mutation = fc.record({
      at: fc.nat(),
      byte: fc.nat(255),
      cut: fc.option(fc.nat(), { nil: null }),
    });
    let rejected = 0;
    fc.assert(
      fc.property(
        built,
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (bytes, list, warm) => {
          let mutant = Buffer.from(bytes);
          for (const { at, byte, cut } of list) {
            if (mutant.length === 0) break;
            mutant[at % mutant.length] = byte;
            if (cut !== null) mutant = mutant.subarray(0, cut % (mutant.length + 1));
          }
          const { decoder } = setUp();
          if (warm) outcome(() => decoder.decode(bytes));
          const verdict = outcome(() => setUp().decoder.decodeFully(mutant));
          const mine = outcome(() => decoder.decode(mutant));
          if (verdict !== 'rejected') return;
          rejected++;
          expect(mine).toBe('rejected');
        },
      ),
      { numRuns: 3000 },
    );
    expect(rejected).toBeGreaterThan(300);
  });

  it('passes over an element without a name, and a path beyond all bounds, as the full one does', () => {
    const unnamed = gnmi.SubscribeResponse.decode(
      message({ items: [{ path: '/a', value: uint(1n) }] }),
    );
    if (unnamed.response?.$case !== 'update') throw new Error('an update');
    const [first] = unnamed.response.value.update;
    first?.path?.elem.unshift({ name: '', key: {} });
    const long = '/interfaces/interface[name=x]/state/counters/in-octets';
    const longMessage = gnmi.SubscribeResponse.decode(
      message({ items: [{ path: '/a', value: uint(1n) }] }),
    );
    if (longMessage.response?.$case !== 'update') throw new Error('an update');
    const [update] = longMessage.response.value.update;
    const [interfaces, one, ...rest] = toProtoPath(long).elem;
    if (!update?.path || !interfaces || !one) throw new Error('a path');
    update.path.elem = [interfaces, { ...one, key: { name: 'x'.repeat(5_000) } }, ...rest];
    for (const response of [unnamed, longMessage]) {
      const bytes = Buffer.from(gnmi.SubscribeResponse.encode(response).finish());
      for (const decode of ['decode', 'decodeFully'] as const) {
        const { sink, decoder } = setUp();
        expect(decoder[decode](bytes)).toBe('update');
        expect(decoder.unusable).toBe(1);
        expect(decoder.size.paths).toBeLessThan(2);
        expect(sink.takeCalls()).toEqual([]);
      }
    }
  });

  it('refuses a message with a zero tag inside, which the generated code would pass over', () => {
    const prefix = message({ prefix: '/interfaces', items: [] });
    const at = prefix.indexOf('interfaces') - 4;
    const spoilt = Buffer.from(prefix).fill(0, at, at + 4);
    for (const decode of ['decode', 'decodeFully'] as const)
      expect(outcome(() => setUp().decoder[decode](spoilt))).toBe('rejected');
  });

  it('makes no series of leaves that are named like parts of JavaScript', () => {
    const { sink, decoder } = setUp();
    const queue = '/qos/interfaces/interface[interface-id=e]/output/queues/queue[name=q]/state';
    for (const leaf of ['constructor', 'toString', '__proto__'])
      decoder.decode(message({ items: [{ path: `${queue}/${leaf}`, value: uint(1n) }] }));
    expect(sink.keys.size).toBe(0);
  });
});
