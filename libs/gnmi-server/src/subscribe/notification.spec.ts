import fc from 'fast-check';
import { gnmi } from '@weir/proto-gen';
import { encodeLeaf, leafType, parsePath, toProtoPath, type ValueEncoding } from '@weir/gnmi';
import type { StateValue } from '../backend';
import { NotificationEncoder, pathField } from './notification';

const { Encoding } = gnmi;
const OCTETS = leafType('/interfaces/interface/state/counters/in-octets');
const FACTOR = leafType(
  '/qos/buffer-allocation-profiles/buffer-allocation-profile/queues/queue/config/dynamic-limit-scaling-factor',
);

const value: fc.Arbitrary<readonly [StateValue, typeof OCTETS]> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((one) => [one, OCTETS] as const),
  fc.nat({ max: Number.MAX_SAFE_INTEGER }).map((one) => [one, OCTETS] as const),
  fc.integer({ min: -8, max: 7 }).map((one) => [one, FACTOR] as const),
  fc
    .oneof(fc.string(), fc.boolean(), fc.integer(), fc.double({ noNaN: true }))
    .map((one) => [Object.is(one, -0) ? 0 : one, undefined] as const),
);

describe('hand-written encoder', () => {
  it('writes what the generated one writes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<ValueEncoding>(Encoding.PROTO, Encoding.JSON, Encoding.JSON_IETF),
        fc.bigInt({ min: 0n, max: 2n ** 62n }),
        fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,200}$/), value, fc.nat(300)), {
          maxLength: 8,
        }),
        (encoding, timestamp, leaves) => {
          const prefix = parsePath('/interfaces/interface[name=e1]');
          const encoder = new NotificationEncoder(encoding);
          encoder.begin(timestamp, pathField('prefix', prefix, 'openconfig', 'leaf1'));
          for (const [name, [one, type], duplicates] of leaves)
            encoder.update(pathField('update', parsePath(name)), one, type, duplicates);
          encoder.remove(pathField('delete', parsePath('/gone')));
          const expected = gnmi.SubscribeResponse.create({
            response: {
              $case: 'update',
              value: {
                timestamp,
                prefix: toProtoPath(prefix, 'openconfig', 'leaf1'),
                update: leaves.map(([name, [one, type], duplicates]) => ({
                  path: toProtoPath(name),
                  val: encodeLeaf(one, type, encoding),
                  duplicates,
                })),
                delete: [toProtoPath('/gone')],
              },
            },
          });
          expect(gnmi.SubscribeResponse.decode(encoder.end())).toEqual(expected);
        },
      ),
    );
  });
});
