import fc from 'fast-check';
import { GnmiError, GrpcStatus, type LeafMap, type LeafValue } from '@weir/gnmi';
import { qosFromLeaves } from './from-leaves';
import { renderPort } from './render';
import { classifierLeaves, limitLeaves, markingLeaves, merged, portLeaves } from './testing/config';

const PORT = '/qos/interfaces/interface[interface-id=up1]';
const POLICY = '/qos/scheduler-policies/scheduler-policy[name=up1]/schedulers';
const INPUT = `${POLICY}/scheduler[sequence=0]/inputs/input[id=bulk]/config`;
const PROFILE = '/qos/queue-management-profiles/queue-management-profile[name=m-up1-bulk]';
const UNIFORM = `${PROFILE}/wred/uniform/config`;
const BUFFER =
  '/qos/buffer-allocation-profiles/buffer-allocation-profile[name=b-up1]/queues/queue[name=bulk]/config';
const TERM = '/qos/classifiers/classifier[name=c-IPV4]/terms/term[id=bulk]';
const MAX = '18446744073709551615';

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

/** As a Set does: references first, then the tree for a port of 50 Mb/s. */
function refusal(changes: Changes): GnmiError {
  try {
    for (const port of qosFromLeaves(altered(changes)).values()) renderPort(port, 50_000_000n);
  } catch (error) {
    if (error instanceof GnmiError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('refusals of QoS leaves', () => {
  it.each<[string, Changes, keyof typeof GrpcStatus, string, RegExp]>([
    [
      'min above max',
      { [`${UNIFORM}/min-threshold`]: '70000' },
      'INVALID_ARGUMENT',
      `${UNIFORM}/min-threshold`,
      /above/,
    ],
    [
      'percents the wrong way round',
      {
        [`${UNIFORM}/min-threshold`]: null,
        [`${UNIFORM}/max-threshold`]: null,
        [`${UNIFORM}/min-threshold-percent`]: '60',
        [`${UNIFORM}/max-threshold-percent`]: '40',
      },
      'INVALID_ARGUMENT',
      `${UNIFORM}/min-threshold-percent`,
      /above/,
    ],
    [
      'percent and bytes that cross',
      { [`${UNIFORM}/min-threshold`]: null, [`${UNIFORM}/min-threshold-percent`]: '60' },
      'INVALID_ARGUMENT',
      `${UNIFORM}/min-threshold`,
      /300000 bytes are above/,
    ],
    [
      '101 %',
      { [`${UNIFORM}/max-drop-probability-percent`]: 101 },
      'INVALID_ARGUMENT',
      `${UNIFORM}/max-drop-probability-percent`,
      /0 to 100/,
    ],
    [
      '0 %',
      { [`${UNIFORM}/max-drop-probability-percent`]: 0 },
      'UNIMPLEMENTED',
      `${UNIFORM}/max-drop-probability-percent`,
      /tc red/,
    ],
    [
      'a threshold of 2^64-1',
      { [`${UNIFORM}/max-threshold`]: MAX },
      'UNIMPLEMENTED',
      `${UNIFORM}/max-threshold`,
      /18446744073709551615 is more than/,
    ],
    [
      'a threshold beyond 64 bits',
      { [`${UNIFORM}/max-threshold`]: '18446744073709551616' },
      'INVALID_ARGUMENT',
      `${UNIFORM}/max-threshold`,
      /integer/,
    ],
    [
      'a missing threshold',
      { [`${UNIFORM}/max-threshold`]: null },
      'INVALID_ARGUMENT',
      `${UNIFORM}/max-threshold`,
      /missing/,
    ],
    [
      'a threshold of 0',
      { [`${UNIFORM}/min-threshold`]: '0' },
      'INVALID_ARGUMENT',
      `${UNIFORM}/min-threshold`,
      /1 byte/,
    ],
    [
      'instantaneous averages',
      { [`${UNIFORM}/weight`]: 0 },
      'UNIMPLEMENTED',
      `${UNIFORM}/weight`,
      /1 \(quickest\) to 15/,
    ],
    [
      'red and wred at once',
      { [`${PROFILE}/red/uniform/config/drop`]: true },
      'INVALID_ARGUMENT',
      `${PROFILE}/red/uniform/config`,
      /either/,
    ],
    [
      'a dangling profile',
      { [PROFILE]: null },
      'INVALID_ARGUMENT',
      `${PORT}/output/queues/queue[name=bulk]/config/queue-management-profile`,
      /not configured/,
    ],
    [
      'a dangling policy',
      { '/qos/scheduler-policies': null },
      'INVALID_ARGUMENT',
      `${PORT}/output/scheduler-policy/config/name`,
      /not configured/,
    ],
    [
      'a dangling buffer profile',
      { '/qos/buffer-allocation-profiles': null },
      'INVALID_ARGUMENT',
      `${PORT}/output/config/buffer-allocation-profile`,
      /not configured/,
    ],
    [
      'an unknown queue in a policy',
      { [`${INPUT}/queue`]: 'ghost' },
      'INVALID_ARGUMENT',
      `${INPUT}/queue`,
      /no queue "ghost"/,
    ],
    [
      'an unknown queue at a port',
      { [`${PORT}/output/queues/queue[name=ghost]/config/name`]: 'ghost' },
      'INVALID_ARGUMENT',
      `${PORT}/output/queues/queue[name=ghost]/config/name`,
      /no queue "ghost"/,
    ],
    [
      'an unscheduled queue',
      { [`${PORT}/output/queues/queue[name=spare]/config/name`]: 'spare' },
      'INVALID_ARGUMENT',
      `${PORT}/output/queues/queue[name=spare]/config/name`,
      /no input of scheduler policy "up1"/,
    ],
    ['weight 0', { [`${INPUT}/weight`]: '0' }, 'INVALID_ARGUMENT', `${INPUT}/weight`, /starve/],
    [
      'a weight beyond counting',
      { [`${INPUT}/weight`]: MAX },
      'INVALID_ARGUMENT',
      `${INPUT}/weight`,
      /above the largest/,
    ],
    [
      'equal queue ids',
      { '/qos/queues/queue[name=priority]/config/queue-id': 0 },
      'INVALID_ARGUMENT',
      '/qos/queues/queue[name=priority]/config/queue-id',
      /queue "bulk" already/,
    ],
    [
      'no queue id',
      { '/qos/queues/queue[name=priority]/config/queue-id': null },
      'INVALID_ARGUMENT',
      '/qos/queues/queue[name=priority]/config/queue-id',
      /missing/,
    ],
    [
      'a queue twice',
      {
        [`${POLICY}/scheduler[sequence=0]/inputs/input[id=z]/config/id`]: 'z',
        [`${POLICY}/scheduler[sequence=0]/inputs/input[id=z]/config/queue`]: 'bulk',
      },
      'INVALID_ARGUMENT',
      `${POLICY}/scheduler[sequence=0]/inputs/input[id=z]/config/queue`,
      /input already/,
    ],
    [
      'a scheduler after the weighted one',
      { [`${POLICY}/scheduler[sequence=5]/config/sequence`]: 5 },
      'UNIMPLEMENTED',
      `${POLICY}/scheduler[sequence=5]`,
      /strict schedulers must come first/,
    ],
    [
      'two rates',
      { [`${POLICY}/scheduler[sequence=0]/config/type`]: 'TWO_RATE_THREE_COLOR' },
      'UNIMPLEMENTED',
      `${POLICY}/scheduler[sequence=0]/config/type`,
      /not offered/,
    ],
    [
      'a rate of one scheduler',
      { [`${POLICY}/scheduler[sequence=0]/one-rate-two-color/config/cir`]: '1000' },
      'UNIMPLEMENTED',
      `${POLICY}/scheduler[sequence=0]/one-rate-two-color/config/cir`,
      /one rate/,
    ],
    [
      'nested schedulers',
      { [`${POLICY}/scheduler[sequence=0]/output/config/child-scheduler`]: 'x' },
      'UNIMPLEMENTED',
      `${POLICY}/scheduler[sequence=0]/output/config/child-scheduler`,
      /nested/,
    ],
    [
      'dynamic thresholds',
      { [`${BUFFER}/dynamic-limit-scaling-factor`]: 1 },
      'UNIMPLEMENTED',
      `${BUFFER}/dynamic-limit-scaling-factor`,
      /no dynamic threshold/,
    ],
    [
      'a dynamic limit type',
      { [`${BUFFER}/shared-buffer-limit-type`]: 'DYNAMIC_BASED_ON_SCALING_FACTOR' },
      'UNIMPLEMENTED',
      `${BUFFER}/shared-buffer-limit-type`,
      /no dynamic threshold/,
    ],
    [
      'a share without a limit',
      { [`${BUFFER}/use-shared-buffer`]: true },
      'UNIMPLEMENTED',
      `${BUFFER}/use-shared-buffer`,
      /shares no buffer/,
    ],
    [
      'bytes and time',
      { [`${BUFFER}/dedicated-buffer-temporal`]: '100' },
      'INVALID_ARGUMENT',
      `${BUFFER}/dedicated-buffer`,
      /exclude/,
    ],
    [
      'a limit below one packet',
      { [`${BUFFER}/dedicated-buffer`]: '1000' },
      'INVALID_ARGUMENT',
      BUFFER,
      /do not hold a packet/,
    ],
    [
      'a limit beyond 32 bits',
      { [`${BUFFER}/dedicated-buffer`]: MAX },
      'UNIMPLEMENTED',
      BUFFER,
      /2\^32-1/,
    ],
    [
      'a buffer of 0',
      { [`${BUFFER}/dedicated-buffer`]: '0' },
      'INVALID_ARGUMENT',
      `${BUFFER}/dedicated-buffer`,
      /no packet/,
    ],
    [
      'trimming',
      { [`${PROFILE}/packet-trim/config/symmetric-dscp`]: 1 },
      'UNIMPLEMENTED',
      `${PROFILE}/packet-trim/config/symmetric-dscp`,
      /trim/,
    ],
    [
      'input buffers',
      { [`${PORT}/input/config/buffer-allocation-profile`]: 'b-up1' },
      'UNIMPLEMENTED',
      `${PORT}/input/config/buffer-allocation-profile`,
      /no input queues/,
    ],
    [
      'input queues',
      {
        [`${PORT}/input/virtual-output-queues/voq-interface[name=x]/queues/queue[name=bulk]/config/name`]:
          'bulk',
      },
      'UNIMPLEMENTED',
      `${PORT}/input/virtual-output-queues`,
      /no input queues/,
    ],
    [
      'profiles for multicast',
      { [`${PORT}/output/config/multicast-buffer-allocation-profile`]: 'b-up1' },
      'UNIMPLEMENTED',
      `${PORT}/output/config/multicast-buffer-allocation-profile`,
      /alike/,
    ],
    [
      'profiles per colour',
      { [`${PROFILE}/wred/green/config/min-threshold`]: '1' },
      'UNIMPLEMENTED',
      `${PROFILE}/wred/green/config/min-threshold`,
      /colour/,
    ],
    [
      'remarking',
      { [`${TERM}/actions/remark/config/set-dscp`]: 1 },
      'UNIMPLEMENTED',
      `${TERM}/actions/remark`,
      /remarking/,
    ],
    [
      'a DSCP of 64',
      { [`${TERM}/conditions/ipv4/config/dscp-set`]: '[64]' },
      'INVALID_ARGUMENT',
      `${TERM}/conditions/ipv4/config/dscp-set`,
      /0 to 63/,
    ],
    [
      'a range beyond 63',
      { [`${TERM}/conditions/ipv4/config/dscp-set`]: '["10..70"]' },
      'INVALID_ARGUMENT',
      `${TERM}/conditions/ipv4/config/dscp-set`,
      /10\.\.70/,
    ],
    [
      'a range the wrong way round',
      { [`${TERM}/conditions/ipv4/config/dscp-set`]: '["20..10"]' },
      'INVALID_ARGUMENT',
      `${TERM}/conditions/ipv4/config/dscp-set`,
      /20\.\.10/,
    ],
    [
      'an unknown group',
      { [`${TERM}/actions/config/target-group`]: 'ghost' },
      'INVALID_ARGUMENT',
      `${TERM}/actions/config/target-group`,
      /no forwarding group "ghost"/,
    ],
    [
      'a group with an unknown queue',
      { '/qos/forwarding-groups/forwarding-group[name=to-bulk]/config/output-queue': 'ghost' },
      'INVALID_ARGUMENT',
      '/qos/forwarding-groups/forwarding-group[name=to-bulk]/config/output-queue',
      /no queue "ghost"/,
    ],
    [
      'an unknown classifier',
      { '/qos/classifiers': null },
      'INVALID_ARGUMENT',
      `${PORT}/input/classifiers/classifier[type=IPV4]/config/name`,
      /no classifier/,
    ],
    [
      'inputs that classify differently',
      {
        '/qos/classifiers/classifier[name=other]/config/name': 'other',
        '/qos/interfaces/interface[interface-id=up2]/input/classifiers/classifier[type=IPV4]/config/type':
          'IPV4',
        '/qos/interfaces/interface[interface-id=up2]/input/classifiers/classifier[type=IPV4]/config/name':
          'other',
      },
      'UNIMPLEMENTED',
      '/qos/interfaces/interface[interface-id=up2]/input/classifiers/classifier[type=IPV4]/config/name',
      /one classifier of IPV4 serves every input/,
    ],
    [
      'a bad interface name',
      { '/qos/interfaces/interface[interface-id=a b]/config/interface-id': 'a b' },
      'INVALID_ARGUMENT',
      '/qos/interfaces/interface[interface-id=a b]/config/interface-id',
      /not an interface name/,
    ],
  ])('refuses %s with the path of the leaf', (_name, changes, code, path, message) => {
    const error = refusal(changes);
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(path)).toBe(true);
    expect(GrpcStatus[error.code]).toBe(code);
  });

  it('answers anything that a leaf may hold by a tree or a status, never by a crash', () => {
    const paths = fc.constantFrom(...GOOD.keys());
    const values = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.bigInt({ min: -1n, max: 2n ** 64n }).map(String),
      fc.boolean(),
      fc.constantFrom('bulk', 'priority', 'STRICT', '[1,2]', '["1..9"]', null),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(paths, values), { maxLength: 4 }), (changes) => {
        try {
          for (const port of qosFromLeaves(altered(Object.fromEntries(changes))).values())
            renderPort(port, 50_000_000n);
        } catch (error) {
          expect(error).toBeInstanceOf(GnmiError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
