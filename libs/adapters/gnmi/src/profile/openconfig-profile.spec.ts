import fc from 'fast-check';
import type { Result } from '@weir/core/base';
import type { ConfigImage, LeafDiff, LeafValue } from '@weir/core/model';
import { deviceId, inverseOf, patched } from '@weir/core/model';
import { OpenConfigProfile } from './openconfig-profile';

const profile = new OpenConfigProfile();
const HOPS =
  '/network-instances/network-instance[name=DEFAULT]/protocols/protocol[identifier=STATIC][name=DEFAULT]' +
  '/static-routes/static[prefix=10.0.0.0/24]/next-hops';
const hop = (index: string) => `${HOPS}/next-hop[index=${index}]`;
const BAP = '/qos/buffer-allocation-profiles/buffer-allocation-profile';
const QMP = '/qos/queue-management-profiles/queue-management-profile';
const iface = (name: string) => `/qos/interfaces/interface[interface-id=${name}]/output`;
const binding = (name: string) => `${iface(name)}/config/buffer-allocation-profile`;
const queueLeaf = (name: string, leaf: string) =>
  `${iface(name)}/queues/queue[name=rt]/config/${leaf}`;

function image(): Map<string, LeafValue> {
  const leaves = new Map<string, LeafValue>();
  for (const [index, port] of [
    ['1', 'eth1'],
    ['2', 'eth2'],
  ] as const) {
    leaves.set(`${hop(index)}/config/index`, index);
    leaves.set(`${hop(index)}/config/next-hop`, `10.1.${index}.1`);
    leaves.set(`${hop(index)}/config/wecmp-weight`, '32');
    leaves.set(`${hop(index)}/interface-ref/config/interface`, port);
  }
  leaves.set(`${BAP}[name=shared]/config/name`, 'shared');
  const queue = `${BAP}[name=shared]/queues/queue[name=rt]/config`;
  leaves.set(`${queue}/name`, 'rt');
  leaves.set(`${queue}/dedicated-buffer`, '4096');
  leaves.set(`${queue}/use-shared-buffer`, true);
  leaves.set(`${queue}/shared-buffer-limit-type`, 'DYNAMIC_BASED_ON_SCALING_FACTOR');
  leaves.set(`${queue}/dynamic-limit-scaling-factor`, -3);
  leaves.set(`${QMP}[name=ecn]/config/name`, 'ecn');
  leaves.set(`${QMP}[name=ecn]/wred/uniform/config/min-threshold`, '1000');
  leaves.set(`${QMP}[name=ecn]/wred/uniform/config/max-threshold`, '18446744073709551615');
  leaves.set(`${QMP}[name=ecn]/wred/uniform/config/enable-ecn`, false);
  leaves.set(`${QMP}[name=ecn]/wred/uniform/config/weight`, 0);
  for (const port of ['eth1', 'eth2']) {
    leaves.set(binding(port), 'shared');
    leaves.set(queueLeaf(port, 'name'), 'rt');
    leaves.set(queueLeaf(port, 'queue-management-profile'), 'ecn');
  }
  return leaves;
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
}
const refusal = (result: Result<unknown>) => (result.ok ? 'ok' : result.error.code);
const sorted = (leaves: ConfigImage) => [...leaves].sort(([a], [b]) => (a < b ? -1 : 1));
const undo = (after: ConfigImage, leaves: readonly LeafDiff[]) =>
  patched(after, inverseOf({ device: deviceId('d'), leaves }).leaves);

describe('OpenConfigProfile routes', () => {
  it('reads prefixes, addresses, interfaces and weights', () => {
    expect(profile.routes(image())).toEqual([
      {
        prefix: '10.0.0.0/24',
        nextHops: [
          { index: '1', address: '10.1.1.1', interface: 'eth1', weight: 32 },
          { index: '2', address: '10.1.2.1', interface: 'eth2', weight: 32 },
        ],
      },
    ]);
  });

  it('changes weights only, and leaves out what stays', () => {
    const leaves = value(profile.renderRoute(image(), '10.0.0.0/24', { eth1: 16, eth2: 32 }));
    expect(leaves).toEqual([
      { path: `${hop('1')}/config/wecmp-weight`, before: '32', after: '16' },
    ]);
  });

  it.each([{ eth1: 0, eth2: 64 }, { eth2: 64 }])('removes the whole next hop for %j', (weights) => {
    const base = image();
    const leaves = value(profile.renderRoute(base, '10.0.0.0/24', weights));
    const after = patched(base, leaves);
    expect([...after.keys()].filter((path) => path.startsWith(hop('1')))).toEqual([]);
    expect(profile.checkSchema(after).ok).toBe(true);
    expect(sorted(undo(after, leaves))).toEqual(sorted(base));
    expect(refusal(profile.renderRoute(after, '10.0.0.0/24', { eth1: 1, eth2: 1 }))).toBe(
      'no-alternative',
    );
  });

  it.each<[string, Record<string, number>, string]>([
    ['10.0.0.0/24', { eth1: 0 }, 'black-hole'],
    ['10.0.0.0/24', { eth1: 1.5 }, 'schema-invalid'],
    ['10.0.0.0/24', { eth1: 1, eth9: 1 }, 'no-alternative'],
    ['10.9.0.0/24', { eth1: 1 }, 'not-found'],
  ])('refuses %s %j with %s', (prefix, weights, code) => {
    expect(refusal(profile.renderRoute(image(), prefix, weights))).toBe(code);
  });
});

describe('OpenConfigProfile buffers and marking', () => {
  it('reads what is bound to a queue', () => {
    expect(profile.queue(image(), 'eth1', 'rt')).toEqual({
      scalingFactor: -3,
      dedicatedBytes: 4096,
      limitBytes: null,
      scheduling: null,
      ecn: {
        enabled: false,
        minThresholdBytes: 1000,
        maxThresholdBytes: Number(18446744073709551615n),
        maxProbabilityPercent: 100,
      },
    });
    expect(profile.queue(image(), 'eth1', 'other')).toBeNull();
  });

  it('clones a shared buffer profile, moves one binding, and the inverse deletes the clone', () => {
    const base = image();
    const setting = { interface: 'eth1', queue: 'rt', scalingFactor: 1 };
    const leaves = value(profile.renderBuffer(base, setting));
    expect(leaves[leaves.length - 1]).toEqual({
      path: binding('eth1'),
      before: 'shared',
      after: 'weir-eth1',
    });
    const after = patched(base, leaves);
    expect(profile.checkSchema(after).ok).toBe(true);
    expect(profile.queue(after, 'eth1', 'rt')?.scalingFactor).toBe(1);
    expect(profile.queue(after, 'eth2', 'rt')?.scalingFactor).toBe(-3);
    expect(sorted(undo(after, leaves))).toEqual(sorted(base));

    const again = value(profile.renderBuffer(after, { ...setting, scalingFactor: 2 }));
    expect(again).toEqual([
      {
        path: `${BAP}[name=weir-eth1]/queues/queue[name=rt]/config/dynamic-limit-scaling-factor`,
        before: 1,
        after: 2,
      },
    ]);
  });

  it('takes a left-over clone again and another name when it is in use', () => {
    const base = image();
    const rest = `${BAP}[name=weir-eth1]/queues/queue[name=old]/config/name`;
    base.set(`${BAP}[name=weir-eth1]/config/name`, 'weir-eth1').set(rest, 'old');
    const setting = { interface: 'eth1', queue: 'rt', scalingFactor: 0 };
    const leaves = value(profile.renderBuffer(base, setting));
    expect(leaves).toContainEqual({ path: rest, before: 'old', after: null });
    expect(sorted(undo(patched(base, leaves), leaves))).toEqual(sorted(base));
    base.set(binding('eth3'), 'weir-eth1');
    const other = value(profile.renderBuffer(base, setting));
    expect(other[other.length - 1]?.after).toBe('weir-eth1-2');
  });

  it('clones a marking profile with thresholds as strings', () => {
    const base = image();
    const leaves = value(
      profile.renderEcn(base, {
        interface: 'eth2',
        queue: 'rt',
        minThresholdBytes: 100_000,
        maxThresholdBytes: 400_000,
        maxProbabilityPercent: 20,
      }),
    );
    const after = patched(base, leaves);
    const clone = `${QMP}[name=weir-eth2-rt]/wred/uniform/config`;
    expect(after.get(`${clone}/min-threshold`)).toBe('100000');
    expect(after.get(`${clone}/weight`)).toBe(0);
    expect(after.get(queueLeaf('eth1', 'queue-management-profile'))).toBe('ecn');
    expect(profile.queue(after, 'eth2', 'rt')?.ecn?.enabled).toBe(true);
    expect(profile.checkSchema(after).ok).toBe(true);
    expect(sorted(undo(after, leaves))).toEqual(sorted(base));
  });

  it('makes a profile for a queue that has none', () => {
    const base = image();
    base.delete(queueLeaf('eth1', 'queue-management-profile'));
    base.delete(queueLeaf('eth1', 'name'));
    const leaves = value(
      profile.renderEcn(base, {
        interface: 'eth1',
        queue: 'rt',
        minThresholdBytes: 1,
        maxThresholdBytes: 2,
        maxProbabilityPercent: 3,
      }),
    );
    expect(leaves.slice(-2).map((leaf) => leaf.after)).toEqual(['rt', 'weir-eth1-rt']);
    expect(profile.checkSchema(patched(base, leaves)).ok).toBe(true);
  });

  it('refuses what the device cannot do', () => {
    const base = image();
    const buffer = { interface: 'eth1', queue: 'rt', scalingFactor: 1 };
    expect(refusal(profile.renderBuffer(base, { ...buffer, interface: 'eth9' }))).toBe(
      'capability-missing',
    );
    expect(refusal(profile.renderBuffer(base, { ...buffer, queue: 'x' }))).toBe(
      'capability-missing',
    );
    expect(refusal(profile.renderBuffer(base, { ...buffer, scalingFactor: 0.5 }))).toBe(
      'schema-invalid',
    );
  });

  it.each([
    ['of the shared buffer', 'STATIC', true, 204_096, 'static-shared-buffer-limit', 200_000],
    ['of what the queue owns', undefined, false, 204_096, 'dedicated-buffer', '204096'],
  ])('raises a static limit %s', (_, type, shares, limitBytes, leaf, written) => {
    const base = image();
    const queue = `${BAP}[name=shared]/queues/queue[name=rt]/config`;
    base.delete(`${queue}/dynamic-limit-scaling-factor`);
    base.delete(`${queue}/shared-buffer-limit-type`);
    base.set(`${queue}/use-shared-buffer`, shares);
    if (type !== undefined)
      base.set(`${queue}/shared-buffer-limit-type`, type).set(`${queue}/${leaf}`, 1_000);
    const setting = { interface: 'eth1', queue: 'rt', limitBytes };
    const leaves = value(profile.renderBuffer(base, setting));
    const after = patched(base, leaves);
    expect(profile.queue(after, 'eth1', 'rt')?.limitBytes).toBe(limitBytes);
    expect(profile.queue(after, 'eth2', 'rt')?.limitBytes).toBeLessThan(limitBytes);
    const clone = `${BAP}[name=weir-eth1]/queues/queue[name=rt]/config`;
    expect(after.get(`${clone}/${leaf}`)).toBe(written);
    expect(profile.checkSchema(after).ok).toBe(true);
    expect(sorted(undo(after, leaves))).toEqual(sorted(base));
    if (shares)
      expect(refusal(profile.renderBuffer(base, { ...setting, limitBytes: 4_096 }))).toBe(
        'schema-invalid',
      );
  });

  it('refuses a static limit of a dynamic queue', () => {
    const setting = { interface: 'eth1', queue: 'rt', limitBytes: 9_000 };
    expect(refusal(profile.renderBuffer(image(), setting))).toBe('capability-missing');
  });

  it('property: every rendering is valid and its inverse restores the image', () => {
    const settings = fc.array(
      fc.record({
        interface: fc.constantFrom('eth1', 'eth2'),
        factor: fc.integer({ min: -8, max: 7 }),
        min: fc.nat(1_000_000),
        more: fc.nat(1_000_000),
        kind: fc.constantFrom('buffer', 'ecn'),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(settings, (list) => {
        let now: ConfigImage = image();
        for (const item of list) {
          const leaves = value(
            item.kind === 'buffer'
              ? profile.renderBuffer(now, {
                  interface: item.interface,
                  queue: 'rt',
                  scalingFactor: item.factor,
                })
              : profile.renderEcn(now, {
                  interface: item.interface,
                  queue: 'rt',
                  minThresholdBytes: item.min,
                  maxThresholdBytes: item.min + item.more,
                  maxProbabilityPercent: 10,
                }),
          );
          const after = patched(now, leaves);
          expect(profile.checkSchema(after)).toEqual({ ok: true, value: undefined });
          expect(sorted(undo(after, leaves))).toEqual(sorted(now));
          now = after;
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('OpenConfigProfile schema', () => {
  it.each<[string, string, LeafValue]>([
    ['minimum above maximum', `${QMP}[name=ecn]/wred/uniform/config/max-threshold`, '999'],
    ['2^64', `${QMP}[name=ecn]/wred/uniform/config/max-threshold`, '18446744073709551616'],
    ['101 %', `${QMP}[name=ecn]/wred/uniform/config/max-drop-probability-percent`, 101],
    ['dangling queue profile', queueLeaf('eth1', 'queue-management-profile'), 'nobody'],
    ['dangling buffer profile', binding('eth1'), 'nobody'],
    ['key and leaf that differ', `${QMP}[name=ecn]/config/name`, 'other'],
    ['a boolean that is none', `${QMP}[name=ecn]/wred/uniform/config/enable-ecn`, 'yes'],
    [
      'an exponent out of int32',
      `${BAP}[name=shared]/queues/queue[name=rt]/config/dynamic-limit-scaling-factor`,
      2 ** 31,
    ],
    ['a weight without next hop', `${hop('7')}/config/wecmp-weight`, '1'],
    ['an address that is none', `${hop('1')}/config/next-hop`, 'router'],
    ['bytes with percent', `${QMP}[name=ecn]/wred/uniform/config/min-threshold-percent`, '1'],
  ])('rejects %s', (_name, path, leaf) => {
    const after = image().set(path, leaf);
    expect(refusal(profile.checkSchema(after))).toBe('schema-invalid');
  });

  it('rejects the removal of a profile that is bound', () => {
    const after = image();
    for (const path of [...after.keys()]) if (path.startsWith(QMP)) after.delete(path);
    expect(refusal(profile.checkSchema(after))).toBe('schema-invalid');
  });
});
