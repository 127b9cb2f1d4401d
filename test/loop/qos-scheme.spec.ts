import { OpenConfigProfile } from '@weir/adapter-gnmi';
import { deviceId, type DeviceId } from '@weir/core/model';
import { freshDevices, testPolicy, World } from './world';

// Virtual time is long here; a busy machine must not cut it short.
jest.setTimeout(30_000);

const profile = new OpenConfigProfile();
const ENDS = ['confirmed', 'rolled-back', 'rejected', 'stuck'];
const QUEUES = new Map([
  ['real-time-inference', 'rt'],
  ['storage', 'bulk'],
  ['management', 'control'],
] as const);

const CLASSES = [
  { name: 'inference', traffic: ['real-time-inference'], strict: true, sharePercent: 10 },
  {
    name: 'storage',
    traffic: ['storage'],
    dscp: [10],
    sharePercent: 60,
    drop: { kind: 'wred', minPercent: 60, maxPercent: 85 },
  },
  { name: 'management', traffic: ['management'], sharePercent: 30 },
];

async function world(devicesPerChange = 8): Promise<World> {
  const devices = freshDevices();
  for (const [id, image] of devices.images) {
    const leaves = new Map(image);
    for (const [n, queue] of [...QUEUES.values()].entries()) {
      leaves.set(`/qos/queues/queue[name=${queue}]/config/name`, queue);
      leaves.set(`/qos/queues/queue[name=${queue}]/config/queue-id`, n);
    }
    devices.images.set(id, leaves);
  }
  const policy = testPolicy();
  const limits = { ...policy.limits, maxDevicesPerChange: devicesPerChange };
  const started = new World({ devices, queues: QUEUES, policy: { ...policy, limits } });
  const ready = await started.start();
  await ready.run(3_000);
  return ready;
}

const scheme = (name: string, spec: object) => ({
  verb: 'put-intent' as const,
  by: 'ann',
  intent: { kind: 'QosScheme', name, labels: {}, priority: 100, spec },
});
const text = (at: World): string =>
  JSON.stringify([...at.devices.images].map(([id, image]) => [id, [...image].sort()]));
const scheduling = (at: World, device: DeviceId, port: string, queue: string) =>
  profile.queue(at.devices.images.get(device) ?? new Map(), port, queue)?.scheduling;
const condition = async (at: World, type: string) => {
  const answer = await at.engine.command({ verb: 'status' });
  if (!answer.ok || answer.value.kind !== 'status') throw new Error(JSON.stringify(answer));
  return answer.value.status.intents[0]?.conditions.find((item) => item.type === type);
};

describe('a QoS scheme', () => {
  const ON = { devices: ['l1', 's2'], classes: CLASSES };

  it('is shown as a diff, written, verified and kept, and taken back leaf by leaf', async () => {
    const at = await world();
    const before = text(at);
    const planned = await at.engine.command({ ...scheme('plan', ON), dryRun: true });
    if (!planned.ok || planned.value.kind !== 'intent') throw new Error(JSON.stringify(planned));
    const [shown] = planned.value.plans;
    expect(shown).toMatchObject({ state: 'validated', plan: { disruption: 'queue-change' } });
    expect(shown?.plan.diffs.map(({ device }) => device)).toEqual(['l1', 's2']);
    expect(shown?.plan.risk.reasons).toContain('queue rt is served first, up to all of its ports');
    expect(text(at)).toBe(before);

    await at.engine.command({ ...scheme('plan', ON), dryRun: false });
    await at.run(60_000, () => at.changes.some(({ state }) => ENDS.includes(state)));
    expect(at.changes.map(({ origin, state }) => [origin, state])).toEqual([
      ['intent', 'confirmed'],
    ]);
    expect(scheduling(at, deviceId('s2'), 'l4', 'rt')).toMatchObject({ strict: true });
    expect(scheduling(at, deviceId('l1'), 'h', 'bulk')).toMatchObject({
      weight: 2,
      totalWeight: 3,
    });
    expect(scheduling(at, deviceId('l2'), 'h', 'bulk') ?? null).toBeNull();
    await at.run(40_000);
    expect(at.changes).toHaveLength(1);

    const take = { verb: 'delete-intent', id: 'QosScheme/plan', by: 'ann' } as const;
    await at.engine.command({ ...take, dryRun: false });
    await at.run(60_000, () => at.changes[1]?.state === 'confirmed');
    expect(text(at)).toBe(before);
  });

  it('is written to some devices at a time, and says which lack it', async () => {
    const at = await world(1);
    await at.engine.command({ ...scheme('plan', ON), dryRun: false });
    await at.run(60_000, () => at.changes.some(({ state }) => ENDS.includes(state)));
    expect(await condition(at, 'InForce')).toMatchObject({ status: 'false' });
    await at.run(60_000, () => at.changes[1]?.state === 'confirmed');
    expect(at.changes.map(({ devices }) => Object.keys(devices))).toEqual([['l1'], ['s2']]);
    expect(await condition(at, 'InForce')).toMatchObject({ status: 'true', reason: 'Confirmed' });
    expect((await condition(at, 'Compiled'))?.message).toContain('queues of 8 ports');
  });

  it('leaves alone what was tuned since, and writes what the spec says anew', async () => {
    const at = await world();
    const done = (count: number) => () =>
      at.changes.filter(({ state }) => ENDS.includes(state)).length === count;
    await at.engine.command({ ...scheme('plan', ON), dryRun: false });
    await at.run(60_000, done(1));
    const settings = [{ device: deviceId('l1'), interface: 'h', queue: 'bulk', weight: 5 }];
    const action = { type: 'scheduler', settings } as const;
    const tuned = { verb: 'propose', action, objectiveId: null, planHash: null } as const;
    await at.engine.command({ ...tuned, dryRun: false, by: 'ann' });
    await at.run(60_000, done(2));
    await at.run(40_000);
    expect(at.changes).toHaveLength(2);
    expect(scheduling(at, deviceId('l1'), 'h', 'bulk')).toMatchObject({ weight: 5 });

    const [inference, storage, management] = CLASSES;
    const classes = [
      inference,
      { ...storage, sharePercent: 45 },
      { ...management, sharePercent: 45 },
    ];
    await at.engine.command({ ...scheme('plan', { ...ON, classes }), dryRun: false });
    await at.run(60_000, done(3));
    expect(scheduling(at, deviceId('l1'), 'h', 'bulk')).toMatchObject({
      weight: 1,
      totalWeight: 2,
    });
  });

  it('is the only one of its devices', async () => {
    const at = await world();
    await at.engine.command({ ...scheme('plan', ON), dryRun: false });
    const again = scheme('other', { ...ON, devices: ['s2'] });
    for (const dryRun of [true, false])
      expect(await at.engine.command({ ...again, dryRun })).toMatchObject({
        ok: false,
        error: { code: 'intent-conflict', where: 'spec.devices' },
      });
  });
});
