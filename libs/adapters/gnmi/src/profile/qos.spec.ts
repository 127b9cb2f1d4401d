import type { Result } from '@weir/core/base';
import {
  deviceId,
  inverseOf,
  patched,
  type ConfigImage,
  type LeafValue,
  type QueueBehaviour,
} from '@weir/core/model';
import { checkConfig } from '@weir/gnmi';
import { OpenConfigProfile } from './openconfig-profile';

const profile = new OpenConfigProfile();
const PORT = '/qos/interfaces/interface[interface-id=eth1]';
const OTHER = '/qos/interfaces/interface[interface-id=eth2]';

/** Two ports with three queues under one scheduler policy and one buffer profile. */
function image(): Map<string, LeafValue> {
  const leaves = new Map<string, LeafValue>();
  const policy = '/qos/scheduler-policies/scheduler-policy[name=shared]';
  leaves.set(`${policy}/config/name`, 'shared');
  leaves.set(`${policy}/schedulers/scheduler[sequence=0]/config/sequence`, 0);
  const buffers = '/qos/buffer-allocation-profiles/buffer-allocation-profile[name=shared]';
  leaves.set(`${buffers}/config/name`, 'shared');
  for (const [id, queue] of ['rt', 'train', 'be'].entries()) {
    leaves.set(`/qos/queues/queue[name=${queue}]/config/name`, queue);
    leaves.set(`/qos/queues/queue[name=${queue}]/config/queue-id`, id);
    const input = `${policy}/schedulers/scheduler[sequence=0]/inputs/input[id=${queue}]/config`;
    leaves.set(`${input}/id`, queue).set(`${input}/input-type`, 'QUEUE');
    leaves.set(`${input}/queue`, queue).set(`${input}/weight`, '1');
    leaves.set(`${buffers}/queues/queue[name=${queue}]/config/name`, queue);
    leaves.set(`${buffers}/queues/queue[name=${queue}]/config/dedicated-buffer`, '900000');
  }
  for (const port of [PORT, OTHER]) {
    leaves.set(`${port}/config/interface-id`, port === PORT ? 'eth1' : 'eth2');
    leaves.set(`${port}/output/scheduler-policy/config/name`, 'shared');
    leaves.set(`${port}/output/config/buffer-allocation-profile`, 'shared');
  }
  return leaves;
}

const behaviour = (queue: string, over: Partial<QueueBehaviour>): QueueBehaviour => ({
  queue,
  strict: false,
  weight: 1,
  dscp: [],
  limitBytes: null,
  drop: null,
  ecn: false,
  ...over,
});
const wred = { kind: 'wred', minPercent: 70, maxPercent: 90, probabilityPercent: 50 } as const;
const SCHEME = [
  behaviour('rt', { strict: true, weight: 0, dscp: [46] }),
  behaviour('train', { weight: 4, dscp: [26, 28], drop: wred, ecn: true, limitBytes: 500_000 }),
  behaviour('be', { weight: 1, dscp: [0], drop: { ...wred, kind: 'red', minPercent: 50 } }),
];

const rendered = (base: ConfigImage, queues = SCHEME, port = 'eth1') =>
  profile.renderQos(base, { interface: port, queues });
function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
}
const sorted = (leaves: ConfigImage) => [...leaves].sort(([a], [b]) => (a < b ? -1 : 1));
const below = (leaves: ConfigImage, base: string) =>
  Object.fromEntries(
    [...leaves].flatMap(([path, leaf]) =>
      path.startsWith(`${base}/`) ? [[path.slice(base.length + 1), leaf]] : [],
    ),
  );

describe('OpenConfigProfile QoS schemes', () => {
  const base = image();
  const leaves = value(rendered(base));
  const after = patched(base, leaves);

  it('serves strict queues first and the others by weight, on this port alone', () => {
    const at = (queue: string) => profile.queue(after, 'eth1', queue)?.scheduling;
    expect(at('rt')).toEqual({ strict: true, weight: 0, totalWeight: 0 });
    expect(at('train')).toEqual({ strict: false, weight: 4, totalWeight: 5 });
    expect(at('be')?.weight).toBe(1);
    expect(profile.queue(after, 'eth2', 'rt')?.scheduling?.strict).toBe(false);
  });

  it('sends code points to queues, in both families', () => {
    const term = (family: string) =>
      below(after, `/qos/classifiers/classifier[name=weir-${family}]/terms/term[id=train]`);
    expect(term('ipv4')).toEqual({
      'config/id': 'train',
      'conditions/ipv4/config/dscp-set': '[26,28]',
      'actions/config/target-group': 'weir-train',
    });
    expect(term('ipv6')['conditions/ipv6/config/dscp-set']).toBe('[26,28]');
    const group = '/qos/forwarding-groups/forwarding-group[name=weir-train]/config/output-queue';
    expect(after.get(group)).toBe('train');
    expect(after.get(`${PORT}/input/classifiers/classifier[type=IPV6]/config/name`)).toBe(
      'weir-ipv6',
    );
  });

  it('drops by profiles of the queue, and by none where none is wanted', () => {
    const bound = (queue: string) =>
      after.get(`${PORT}/output/queues/queue[name=${queue}]/config/queue-management-profile`);
    const at = (queue: string) =>
      below(
        after,
        `/qos/queue-management-profiles/queue-management-profile[name=${String(bound(queue))}]`,
      );
    expect(bound('rt')).toBeUndefined();
    expect(at('train')).toEqual({
      'config/name': 'weir-eth1-train',
      'wred/uniform/config/min-threshold-percent': '70',
      'wred/uniform/config/max-threshold-percent': '90',
      'wred/uniform/config/enable-ecn': true,
      'wred/uniform/config/drop': true,
      'wred/uniform/config/max-drop-probability-percent': 50,
    });
    expect(at('be')).toMatchObject({ 'red/uniform/config/min-threshold-percent': '50' });
  });

  it('limits the queues that it was given a burst for', () => {
    expect(profile.queue(after, 'eth1', 'train')?.limitBytes).toBe(500_000);
    expect(after.get(`${PORT}/output/config/buffer-allocation-profile`)).toBe('weir-eth1');
    const kept =
      '/qos/buffer-allocation-profiles/buffer-allocation-profile[name=weir-eth1]/queues/queue[name=be]/config/dedicated-buffer';
    expect(after.get(kept)).toBe('900000');
  });

  it('is valid before and after, is in force when written, and its inverse restores the image', () => {
    expect(profile.checkSchema(after)).toEqual({ ok: true, value: undefined });
    expect(checkConfig(after)).toBeNull();
    expect(value(rendered(after))).toEqual([]);
    const inverse = inverseOf({ device: deviceId('d'), leaves }).leaves;
    expect(sorted(patched(after, inverse))).toEqual(sorted(base));
  });

  it('shares classifiers between ports, and rewrites its own profiles in place', () => {
    const second = patched(after, value(rendered(after, SCHEME, 'eth2')));
    expect(profile.queue(second, 'eth2', 'train')?.scheduling?.weight).toBe(4);
    const plain = [behaviour('rt', { dscp: [46] }), behaviour('be', { weight: 3, dscp: [0] })];
    const third = patched(second, value(rendered(second, plain)));
    expect(profile.checkSchema(third).ok).toBe(true);
    expect(third.get(`${PORT}/output/scheduler-policy/config/name`)).toBe('weir-eth1');
    expect(profile.queue(third, 'eth1', 'be')?.scheduling).toMatchObject({ totalWeight: 4 });
    expect(profile.queue(third, 'eth1', 'train')?.scheduling).toBeNull();
  });

  it('refuses queues that are not there, and classifiers of somebody else', () => {
    expect(rendered(base, [behaviour('gold', {})])).toMatchObject({
      ok: false,
      error: {
        code: 'capability-missing',
        where: expect.stringContaining('[name=gold]') as string,
      },
    });
    const bound = `${OTHER}/input/classifiers/classifier[type=IPV4]/config`;
    const theirs = new Map(base).set(`${bound}/type`, 'IPV4').set(`${bound}/name`, 'theirs');
    expect(rendered(theirs)).toMatchObject({
      error: { code: 'capability-missing', where: `${bound}/name` },
    });
  });
});
