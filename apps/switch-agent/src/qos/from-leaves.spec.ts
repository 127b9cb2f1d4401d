import type { LeafMap, LeafValue } from '@weir/gnmi';
import { qosFromLeaves } from './from-leaves';
import { renderPort } from './render';
import { classifierLeaves, limitLeaves, markingLeaves, merged, portLeaves } from './testing/config';

const POLICY = '/qos/scheduler-policies/scheduler-policy[name=up1]/schedulers';
const BUFFER =
  '/qos/buffer-allocation-profiles/buffer-allocation-profile[name=b-up1]/queues/queue[name=bulk]/config';

const GOOD = merged(
  portLeaves({ port: 'up1', weights: { bulk: 3, priority: 1 } }),
  limitLeaves('up1', { bulk: 500_000, priority: 100_000 }),
  markingLeaves('up1', 'bulk', {
    'min-threshold': '20000',
    'max-threshold': '60000',
    'enable-ecn': true,
    'max-drop-probability-percent': 10,
  }),
  classifierLeaves('up1', { bulk: [8, '10..20'], priority: [0] }),
);

type Changes = Readonly<Record<string, LeafValue | null>>;
const altered = (changes: Changes): LeafMap => {
  const leaves = new Map(GOOD);
  for (const [path, value] of Object.entries(changes)) {
    if (value === null)
      for (const key of leaves.keys()) if (key.startsWith(path)) leaves.delete(key);
    if (value !== null) leaves.set(path, value);
  }
  return leaves;
};

describe('QoS of configuration leaves', () => {
  it('resolves queues, limits, marking and classification for each port', () => {
    const port = qosFromLeaves(GOOD).get('up1');
    expect(port?.queues).toEqual([
      expect.objectContaining({ name: 'bulk', id: 0, level: 0, weight: 3, profile: 'm-up1-bulk' }),
      expect.objectContaining({ name: 'priority', id: 1, level: 0, weight: 1, marking: null }),
    ]);
    expect(port?.queues[0]?.limit).toMatchObject({ bytes: 500_000n, micros: 0n });
    expect(port?.queues[0]?.marking).toMatchObject({
      min: { bytes: 20_000n },
      ecn: true,
      drop: false,
      probabilityPercent: 10,
    });
    expect([...(port?.dscp4?.keys() ?? [])]).toEqual([
      0, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
    ]);
    expect(port?.dscp6).toBeNull();
  });

  it('orders strict queues by sequence and weight, before the weighted ones', () => {
    const at = `${POLICY}/scheduler[sequence=0]`;
    const leaves = merged(
      portLeaves({ port: 'up1', weights: { bulk: 5 }, strict: ['control'] }),
      new Map<string, LeafValue>([
        [`${at}/inputs/input[id=p]/config/id`, 'p'],
        [`${at}/inputs/input[id=p]/config/queue`, 'priority'],
        [`${at}/inputs/input[id=p]/config/weight`, '9'],
      ]),
    );
    const levels = qosFromLeaves(leaves)
      .get('up1')
      ?.queues.map((queue) => [queue.name, queue.level]);
    expect(levels).toEqual([
      ['bulk', 2],
      ['priority', 0],
      ['control', 1],
    ]);
  });

  it('takes the dedicated and the shared limit together, and time at the rate of the port', () => {
    const leaves = altered({
      [`${BUFFER}/use-shared-buffer`]: true,
      [`${BUFFER}/shared-buffer-limit-type`]: 'STATIC',
      [`${BUFFER}/static-shared-buffer-limit-temporal`]: 8_000,
    });
    const port = qosFromLeaves(leaves).get('up1');
    if (port === undefined) throw new Error('no port');
    expect(renderPort(port, 50_000_000n).leaves.get(1)).toMatchObject({ limitBytes: 550_000 });
  });
});
