import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { deviceId, type Action, type Change, type DeviceId } from '@weir/core/model';
import { freshDevices, World } from './world';

// Virtual time is long here; a busy machine must not cut it short.
jest.setTimeout(30_000);

const profile = new OpenConfigProfile();
const POLICY = '/qos/scheduler-policies/scheduler-policy[name=shared]';
const L1 = deviceId('l1');
const ENDS = ['confirmed', 'rolled-back', 'rejected', 'stuck'];

/** Every uplink of l1 serves real time with weight 10 beside bulk with 90, and control strictly. */
async function weighted(): Promise<World> {
  const devices = freshDevices();
  const image = new Map(devices.images.get(L1));
  image.set(`${POLICY}/config/name`, 'shared');
  const add = (sequence: number, queue: string, weight: string | null): void => {
    const scheduler = `${POLICY}/schedulers/scheduler[sequence=${sequence}]`;
    image.set(`${scheduler}/config/sequence`, sequence);
    if (weight === null) image.set(`${scheduler}/config/priority`, 'STRICT');
    const input = `${scheduler}/inputs/input[id=${queue}]/config`;
    image.set(`${input}/id`, queue).set(`${input}/input-type`, 'QUEUE');
    image.set(`${input}/queue`, queue);
    if (weight !== null) image.set(`${input}/weight`, weight);
  };
  add(1, 'control', null);
  add(2, 'rt', '10');
  add(2, 'bulk', '90');
  for (const port of ['s1', 's2', 's3']) {
    const path = `/qos/interfaces/interface[interface-id=${port}]`;
    image.set(`${path}/config/interface-id`, port);
    image.set(`${path}/output/scheduler-policy/config/name`, 'shared');
  }
  devices.images.set(L1, image);
  const queues = new Map([
    ['real-time-inference', 'rt'],
    ['storage', 'bulk'],
    ['management', 'control'],
  ] as const);
  const world = await new World({ devices, queues }).start();
  world.queueBps.set('l1:s1:rt', 9e9).set('l1:s1:bulk', 70e9);
  await world.objective('a', 'l1', 'l2');
  await world.run(5_000);
  return world;
}

const setting = { device: L1, interface: 's1', queue: 'rt', weight: 30 };
const weight = (settings: readonly object[]): Action =>
  ({ type: 'scheduler', settings }) as unknown as Action;

const propose = (world: World, action: Action, dryRun = false, objectiveId: string | null = null) =>
  world.engine.command({ verb: 'propose', action, objectiveId, planHash: null, dryRun, by: 'ann' });

const text = (world: World): string =>
  JSON.stringify([...world.devices.images].map(([id, image]) => [id, [...image].sort()]));

const shareOf = (world: World, port: string, queue: string) =>
  profile.queue(world.devices.images.get(L1) ?? new Map(), port, queue)?.scheduling;

const ended =
  (world: World, count = 1) =>
  (): boolean =>
    world.changes.filter((change) => ENDS.includes(change.state)).length >= count;

const failed = (change: Change | undefined) =>
  change?.plan.checks.filter((check) => !check.passed).map(({ name, code }) => [name, code]);

describe('a scheduler weight', () => {
  it('is planned on a policy of the port and shown with who is guaranteed less', async () => {
    const world = await weighted();
    const before = text(world);
    const answer = await propose(world, weight([setting]), true);
    if (!answer.ok || answer.value.kind !== 'change') throw new Error(JSON.stringify(answer));
    const { plan, state } = answer.value.change;
    expect(state).toBe('validated');
    expect(plan.disruption).toBe('queue-change');
    expect(plan.touches.links).toEqual(['l1:s1']);
    expect(plan.risk.reasons).toContain(
      'queue bulk of l1:s1 is guaranteed 75 % of it instead of 90 %',
    );
    expect(plan.diffs[0]?.leaves.at(-1)).toMatchObject({ before: 'shared', after: 'weir-s1' });
    expect(text(world)).toBe(before);
  });

  it('is written, read back and kept; undoing it restores every leaf', async () => {
    const world = await weighted();
    const before = text(world);
    await propose(world, weight([setting]));
    await world.run(40_000, ended(world));
    expect(world.changes[0]?.state).toBe('confirmed');
    expect(shareOf(world, 's1', 'rt')).toEqual({ strict: false, weight: 30, totalWeight: 120 });
    expect(shareOf(world, 's2', 'rt')).toEqual({ strict: false, weight: 10, totalWeight: 100 });
    const id = world.changes[0]?.id ?? '';
    await world.engine.command({ verb: 'undo', changeId: id, dryRun: false, by: 'ann' });
    await world.run(40_000, ended(world, 2));
    expect(world.changes[1]?.state).toBe('confirmed');
    expect(text(world)).toBe(before);
  });

  it.each<[string, object, string, string]>([
    [
      'device',
      { ...setting, device: 'l9' as DeviceId },
      'device-unknown',
      'action.settings[1].device',
    ],
    ['interface', { ...setting, interface: 's9' }, 'not-found', 'action.settings[1].interface'],
    ['queue', { ...setting, queue: 'gold' }, 'not-found', 'action.settings[1].queue'],
    [
      'strict queue',
      { ...setting, queue: 'control' },
      'capability-missing',
      'action.settings[1]: ',
    ],
    [
      'port without policy',
      { ...setting, interface: 'h' },
      'capability-missing',
      '[interface-id=h]',
    ],
    ['weight', { ...setting, weight: 0.5 }, 'schema-invalid', 'action.settings[1]: '],
  ])('of an unusable %s is refused with its field', async (_, wrong, code, where) => {
    const world = await weighted();
    const answer = await propose(world, weight([setting, wrong]));
    expect(answer).toMatchObject({ ok: false, error: { code } });
    expect(answer.ok ? '' : answer.error.where).toContain(where);
    expect(world.changes).toEqual([]);
    expect(world.devices.sets).toBe(0);
  });

  it('that changes nothing is no change', async () => {
    const world = await weighted();
    const answer = await propose(world, weight([{ ...setting, weight: 10 }]));
    expect(answer).toMatchObject({ ok: false, error: { code: 'no-alternative' } });
  });

  it('waits while another change is open on the switch', async () => {
    const world = await weighted();
    await propose(world, weight([setting]));
    const second = await propose(world, weight([{ ...setting, queue: 'bulk', weight: 60 }]));
    expect(second.ok && second.value.kind === 'change' && failed(second.value.change)).toEqual([
      ['device free', 'device-busy'],
    ]);
  });

  it.each([
    [150, [['queue shares', 'queue-starved']]],
    [20, []],
  ])('%d beside the objective of the other queue: %j', async (value, expected) => {
    const world = await weighted();
    await world.objective('b', 'l1', 'l2', 50, 'storage');
    await world.run(5_000);
    // Bulk sends 60 Gb/s here and its requests want a quarter more: 75 of 100.
    world.queueBps.set('l1:s1:bulk', 60e9);
    await world.run(30_000);
    await propose(world, weight([{ ...setting, weight: value }]), false, 'LatencyObjective/a');
    expect(failed(world.changes[0])).toEqual(expected);
    if (expected.length > 0)
      expect(world.changes[0]?.reason).toContain('l1:s1:bulk would get 38 % of its port');
  });

  it.each([
    ['nobody has an objective in, by intent', false, 'confirmed'],
    ['an objective is in', true, 'rolled-back'],
  ])('that makes a queue lose which %s: %s', async (_, objective, state) => {
    const world = await weighted();
    if (objective) {
      world.queueBps.set('l1:s1:bulk', 10e9);
      await world.objective('b', 'l1', 'l2', 50, 'storage');
      await world.run(30_000);
    }
    world.queueLossAfter.set('l1:s1:bulk', 0.2);
    await propose(world, weight([setting]), false, 'LatencyObjective/a');
    await world.run(40_000, ended(world));
    expect(world.changes[0]).toMatchObject({ state });
    if (objective) expect(world.changes[0]?.verdict?.verdict).toBe('harmed');
  });
});
