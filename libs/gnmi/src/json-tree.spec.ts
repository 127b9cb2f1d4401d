import fc from 'fast-check';
import { gnmi } from '@weir/proto-gen';
import {
  decodeLeaf,
  encodeLeaf,
  flattenJson,
  GnmiError,
  leafType,
  nestJson,
  parsedPath,
  parseJson,
  parsePath,
  plainValue,
  type LeafValue,
} from './index';

const { Encoding } = gnmi;
const MAX = '18446744073709551615';

const id = fc.stringMatching(/^[a-z][a-z0-9/.\]\\[-]{0,6}$/);
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);

/** Random leaves of the subtrees that the controller writes, keys and all. */
const leaves = fc
  .array(
    fc.oneof(
      fc
        .tuple(id, uint64)
        .map(([name, value]): [string, LeafValue] => [
          `/qos/queue-management-profiles/queue-management-profile[name=${escaped(name)}]/wred/uniform/config/max-threshold`,
          value,
        ]),
      fc
        .tuple(id, fc.boolean())
        .map(([name, value]): [string, LeafValue] => [
          `/qos/queue-management-profiles/queue-management-profile[name=${escaped(name)}]/wred/uniform/config/enable-ecn`,
          value,
        ]),
      fc
        .tuple(id, id, fc.integer({ min: -8, max: 7 }))
        .map(([name, queue, value]): [string, LeafValue] => [
          `/qos/buffer-allocation-profiles/buffer-allocation-profile[name=${escaped(name)}]/queues/queue[name=${escaped(queue)}]/config/dynamic-limit-scaling-factor`,
          value,
        ]),
      fc
        .tuple(fc.integer({ min: 0, max: 255 }), id, uint64)
        .map(([net, index, value]): [string, LeafValue] => [
          `/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]/static-routes/static[prefix=10.0.${net}.0/24]/next-hops/next-hop[index=${escaped(index)}]/config/wecmp-weight`,
          value,
        ]),
      fc
        .tuple(id, id)
        .map(([name, value]): [string, LeafValue] => [
          `/interfaces/interface[name=${escaped(name)}]/config/description`,
          value,
        ]),
    ),
    { maxLength: 12 },
  )
  .map((entries) => new Map(entries));

const escaped = (text: string): string => text.replace(/[\\\]]/g, '\\$&');

const flattened = (base: string, value: unknown): Map<string, LeafValue> => {
  const found = new Map<string, LeafValue>();
  flattenJson(parsePath(base), value, 'refuse', (path, leaf) => found.set(path, leaf));
  return found;
};

describe('JSON trees', () => {
  it.each([Encoding.JSON, Encoding.JSON_IETF] as const)(
    'come back as they were (%s)',
    (encoding) => {
      fc.assert(
        fc.property(leaves, (map) => {
          const text = nestJson([], map, encoding);
          expect(flattened('/', parseJson(Buffer.from(text)))).toEqual(map);
        }),
      );
    },
  );

  it('quote 64-bit integers and name modules in JSON_IETF only', () => {
    const base = '/qos/queue-management-profiles/queue-management-profile[name=p]';
    const map = new Map<string, LeafValue>([
      [`${base}/config/name`, 'p'],
      [`${base}/wred/uniform/config/max-threshold`, MAX],
      [`${base}/wred/uniform/config/max-drop-probability-percent`, 5],
    ]);
    const place = parsePath(base);
    expect(nestJson(place, map, Encoding.JSON_IETF)).toBe(
      `{"openconfig-qos:name":"p","openconfig-qos:config":{"name":"p"},` +
        `"openconfig-qos:wred":{"uniform":{"config":{"max-threshold":"${MAX}","max-drop-probability-percent":5}}}}`,
    );
    const plain = nestJson(place, map, Encoding.JSON);
    expect(plain).toContain(`"max-threshold":${MAX},`);
    expect(flattened(base, parseJson(Buffer.from(plain)))).toEqual(map);
  });

  it('name the module again where an augmentation begins', () => {
    const text = nestJson(
      [],
      [['/interfaces/interface[name=e]/ethernet/state/counters/in-crc-errors', 4n]],
      Encoding.JSON_IETF,
    );
    expect(text).toBe(
      '{"openconfig-interfaces:interfaces":{"interface":[{"name":"e",' +
        '"openconfig-if-ethernet:ethernet":{"state":{"counters":{"in-crc-errors":"4"}}}}]}}',
    );
  });

  it.each([
    ['/interfaces/interface[name=a]', { name: 'b' }, 3],
    ['/interfaces/interface', [{ config: {} }], 3],
    ['/interfaces/interface', [7], 3],
    ['/interfaces/interface[name=a]', { config: { mtu: 70000 } }, 3],
    ['/interfaces/interface[name=a]', { config: { mtu: '9000' } }, null],
    ['/interfaces/interface[name=a]', { config: { enabled: 'yes' } }, 3],
    ['/interfaces/interface[name=a]', { config: { colour: 'red' } }, 5],
    ['/interfaces/interface[name=a]/config', 5, 3],
    ['/interfaces/interface[name=a]', JSON.parse('{"__proto__":{"mtu":1}}'), 5],
  ])('%s with %j', (base, value, code) => {
    let seen: number | null = null;
    try {
      flattened(base, value);
    } catch (error) {
      seen = (error as GnmiError).code;
    }
    expect(seen).toBe(code);
  });
});

describe('scalars', () => {
  const threshold = leafType(
    '/qos/queue-management-profiles/queue-management-profile/wred/uniform/config/max-threshold',
  );

  it.each([Encoding.JSON, Encoding.JSON_IETF, Encoding.PROTO] as const)(
    'keep 2^64-1 in encoding %s',
    (encoding) => {
      fc.assert(
        fc.property(fc.oneof(uint64, fc.constant(MAX)), (value) => {
          const wire = gnmi.TypedValue.encode(encodeLeaf(value, threshold, encoding)).finish();
          expect(decodeLeaf(gnmi.TypedValue.decode(wire), threshold)).toBe(value);
        }),
      );
    },
  );

  it('round trip for every leaf of the subset', () => {
    fc.assert(
      fc.property(
        leaves,
        fc.constantFrom(Encoding.JSON, Encoding.JSON_IETF, Encoding.PROTO),
        (map, encoding) => {
          for (const [path, value] of map) {
            const type = leafType(parsedPath(path).schemaPath);
            expect(decodeLeaf(encodeLeaf(value, type, encoding as 0), type)).toBe(value);
          }
        },
      ),
    );
  });

  it('understand the deprecated kinds', () => {
    const decimal = gnmi.TypedValue.create({
      value: { $case: 'decimalVal', value: { digits: -1234n, precision: 2 } },
    });
    expect(plainValue(decimal)).toBe('-12.34');
  });
});

describe('bytes of a hostile peer', () => {
  it('are values or GnmiError, never another error', () => {
    const seed = Buffer.from(
      '{"config":{"name":"p","mtu":1500,"a":[{"b":null}]},"x":18446744073709551615}',
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(seed.length - 1), fc.nat(255)), { maxLength: 4 }),
        fc.constantFrom<'refuse' | 'keep'>('refuse', 'keep'),
        (edits, unknown) => {
          const bytes = Buffer.from(seed);
          for (const [at, byte] of edits) bytes[at] = byte;
          try {
            flattenJson(
              parsePath('/interfaces/interface[name=p]'),
              parseJson(bytes),
              unknown,
              () => undefined,
            );
          } catch (error) {
            expect(error).toBeInstanceOf(GnmiError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('do not nest without end', () => {
    expect(() => parseJson(Buffer.from('['.repeat(100_000) + ']'.repeat(100_000)))).toThrow(
      GnmiError,
    );
  });
});
