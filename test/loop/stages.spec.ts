import { MemoryJournalStore } from '@weir/adapter-journal-memory';
import { deviceId, type Action, type Policy } from '@weir/core/model';
import { CRASH_POINTS } from '@weir/runtime';
import type { DeviceFault } from './devices';
import { freshDevices, ManualClock, testPolicy, World, type WorldOptions } from './world';

// Virtual time is long here; a busy machine must not cut it short.
jest.setTimeout(30_000);

const NEW = { s1: 1, s2: 31, s3: 32 };
/** l1 sends nothing to this prefix, so that it is the canary; l3 sends most of it. */
const ACTION: Action = {
  type: 'reroute',
  routes: ['l1', 'l3', 'l2'].map((leaf) => ({
    device: deviceId(leaf),
    prefix: '10.0.4.0/24',
    weights: NEW,
  })),
};
const ENDS = ['confirmed', 'rolled-back', 'rejected', 'stuck'];
const DEVICES = ['l1', 'l2', 'l3'];

function canaryPolicy(): Policy {
  return { ...testPolicy(), rollout: { canaryFromDevices: 3, proofMs: 2_000 } };
}

async function staged(options: WorldOptions = {}): Promise<World> {
  const world = await new World({ policy: canaryPolicy(), ...options }).start();
  await world.objective('a', 'l1', 'l2');
  await world.objective('b', 'l3', 'l4');
  await world.run(5_000);
  return world;
}

async function propose(world: World): Promise<void> {
  const given = { verb: 'propose', action: ACTION, objectiveId: null, planHash: null } as const;
  await world.engine.command({ ...given, dryRun: false, by: 'ann' });
}

const ended = (world: World) => () => world.changes.some((change) => ENDS.includes(change.state));

const text = (world: World): string =>
  JSON.stringify([...world.devices.images].map(([id, image]) => [id, [...image].sort()]));

/** Devices to which the change was written, in order of the records. */
async function written(world: World): Promise<string[]> {
  const records = await world.records();
  return records.flatMap(({ body }) =>
    body.kind === 'device-operation' && body.verb === 'commit' ? [body.device] : [],
  );
}

const fault = (world: World, device: string, kind: DeviceFault): void =>
  void world.devices.faults.set(deviceId(device), kind);

describe('a change in stages', () => {
  it('writes the device with the least traffic first, and the rest after proof', async () => {
    const world = await staged();
    await propose(world);
    const [change] = world.changes;
    expect(change?.plan.stages.map((stage) => stage.length)).toEqual([1, 2]);
    const canary = change?.plan.stages[0]?.[0] ?? '';
    expect(canary).toBe('l1');
    await world.run(1_500);
    expect(await written(world)).toEqual([canary]);
    await world.run(40_000, ended(world));
    expect(world.changes[0]).toMatchObject({ state: 'confirmed', provedStages: 1 });
    const records = await world.records();
    const proof = records.find((record) => record.body.kind === 'stage-proved');
    expect(proof?.body).toMatchObject({ stage: 0 });
    const rest = records.find(
      ({ body }) =>
        body.kind === 'device-operation' && body.verb === 'commit' && body.device !== canary,
    );
    expect(proof?.sequence ?? Infinity).toBeLessThan(rest?.sequence ?? 0);
    for (const leaf of DEVICES) expect(world.weights(leaf, 'l4')).toEqual(NEW);
  });

  it('undoes the canary when it harms, and never writes the rest', async () => {
    const world = await staged();
    const before = text(world);
    world.trapMs = 700;
    await propose(world);
    await world.run(40_000, ended(world));
    expect(world.changes[0]).toMatchObject({ state: 'rolled-back' });
    expect(world.changes[0]?.reason).toMatch(/after stage 1: .* % worse/);
    expect(await written(world)).toEqual([world.changes[0]?.plan.stages[0]?.[0]]);
    expect(text(world)).toBe(before);
  });

  it('undoes the canary when fresh telemetry stops', async () => {
    const world = await staged();
    const before = text(world);
    await propose(world);
    await world.run(500);
    world.silent = true;
    await world.run(60_000, ended(world));
    expect(world.changes[0]).toMatchObject({ state: 'rolled-back' });
    expect(world.changes[0]?.reason).toContain('telemetry-stale');
    expect(world.devices.sets).toBe(1);
    expect(text(world)).toBe(before);
  });

  it.each(['rejects', 'dead', 'lies'] as const)(
    'a device of a later stage that is %s takes every stage back',
    async (kind) => {
      const world = await staged();
      const before = text(world);
      await propose(world);
      const last = world.changes[0]?.plan.stages[1]?.[1] ?? '';
      await world.run(1_500);
      fault(world, last, kind);
      await world.run(60_000, ended(world));
      expect(world.changes[0]?.state).toBe('rolled-back');
      expect(text(world)).toBe(before);
      expect(world.devices.pending.size).toBe(0);
    },
  );

  it('does not overwrite what a person wrote between the stages', async () => {
    const world = await staged();
    await propose(world);
    const [canary, rest] = world.changes[0]?.plan.stages ?? [];
    await world.run(1_500);
    const device = deviceId(rest?.[0] ?? '');
    const image = new Map(world.devices.images.get(device));
    for (const path of image.keys()) if (path.endsWith('wecmp-weight')) image.set(path, '7');
    world.devices.images.set(device, image);
    await world.run(40_000, ended(world));
    expect(world.changes[0]).toMatchObject({ state: 'rolled-back' });
    expect(world.changes[0]?.reason).toContain('is 7 right before the Set');
    expect(world.devices.images.get(device)).toEqual(image);
    expect(world.weights(canary?.[0], 'l4')).toEqual({ s1: 1, s2: 1, s3: 1 });
  });

  it('goes back in the reverse order', async () => {
    const world = await staged();
    await propose(world);
    const stages = world.changes[0]?.plan.stages ?? [];
    await world.run(20_000, () => world.changes[0]?.state === 'verifying');
    await world.engine.command({ verb: 'undo', changeId: 'chg-1', dryRun: false, by: 'ann' });
    await world.run(20_000, ended(world));
    const records = await world.records();
    const reverts = records.flatMap(({ body }) =>
      body.kind === 'device-operation' && body.verb === 'revert' ? [body.device] : [],
    );
    expect(world.changes[0]?.state).toBe('rolled-back');
    expect(reverts.at(-1)).toBe(stages[0]?.[0]);
    expect(reverts).toHaveLength(3);
  });

  it('a rollback that fails fences its device, and the rest goes on', async () => {
    const world = await staged();
    const before = text(world);
    await propose(world);
    await world.run(20_000, () => world.changes[0]?.state === 'verifying');
    fault(world, 'l3', 'dead');
    await world.engine.command({ verb: 'undo', changeId: 'chg-1', dryRun: false, by: 'ann' });
    await world.run(20_000);
    // The others do not wait for it; it is waited for until well after its own timer.
    expect(['l1', 'l2'].map((leaf) => world.weights(leaf, 'l4').s3)).toEqual([1, 1]);
    expect(world.changes[0]?.state).toBe('rolling-back');
    world.clock.nowMs += 400_000;
    await world.run(30_000, ended(world));
    expect(world.changes[0]).toMatchObject({ state: 'stuck' });
    expect([...world.engine.durable.fenced.keys()]).toEqual(['l3']);
    world.devices.faults.clear();
    world.clock.nowMs += 60_000;
    await world.run(5_000);
    const status = await world.engine.command({ verb: 'status' });
    const devices = status.ok && status.value.kind === 'status' ? status.value.status.devices : [];
    expect(devices.find((item) => item.device === 'l3')?.fence).toMatchObject({
      change: 'chg-1',
      holds: 'before',
    });
    expect(text(world)).toBe(before);
  });

  it('a device that is cut off goes back alone, and is found so', async () => {
    const world = await staged();
    const before = text(world);
    await propose(world);
    await world.run(20_000, () => world.changes[0]?.state === 'verifying');
    fault(world, 'l3', 'dead');
    await world.engine.command({ verb: 'undo', changeId: 'chg-1', dryRun: false, by: 'ann' });
    await world.run(60_000);
    world.devices.faults.clear();
    await world.run(40_000, ended(world));
    expect(world.changes[0]?.state).toBe('rolled-back');
    expect(text(world)).toBe(before);
  });
});

class Crash extends Error {}

/** Labels that come once for each device or each stage, and how often. */
const REPEATED = CRASH_POINTS.filter((label) =>
  /operation|outcome|prepared|southbound/.test(label),
).flatMap((label) => [1, 2, 3].map((time) => [label, time] as const));
const ONCE = [...CRASH_POINTS, 'before:stage-proved', 'after:stage-proved'].map(
  (label) => [label, 1] as const,
);
const TABLE = [...new Map([...ONCE, ...REPEATED].map((row) => [row.join(), row])).values()];

describe('a crash at every label of every stage', () => {
  it.each(TABLE)('%s, time %i', async (label, time) => {
    const store = new MemoryJournalStore();
    const devices = freshDevices();
    const clock = new ManualClock();
    let left: number = time;
    const crashPoint = (at: string): void => {
      if (at === label && --left === 0) throw new Crash(at);
    };
    const world = await staged({ store, devices, clock, crashPoint });
    const old = text(world);
    if (label.endsWith('inverse'))
      for (const leaf of DEVICES) devices.faults.set(deviceId(leaf), 'no-commit');
    await propose(world);
    const undone = /roll|revert|cancel|inverse/.test(label);
    if (undone) {
      await world.run(20_000, () => world.changes[0]?.state === 'verifying');
      await world.engine.command({ verb: 'undo', changeId: 'chg-1', dryRun: false, by: 'ann' });
    }
    await world.run(40_000, () => left <= 0 || ended(world)());
    expect(left).toBeLessThanOrEqual(0);
    await world.engine.stop();

    const again = await new World({ policy: canaryPolicy(), store, devices, clock }).start(2);
    await again.run(120_000, () => again.changes.every((change) => ENDS.includes(change.state)));
    expect(again.fatal).toBeNull();
    const [change] = again.changes;
    if (change !== undefined) {
      expect(['confirmed', 'rolled-back', 'rejected', 'expired']).toContain(change.state);
      if (change.state === 'confirmed')
        for (const leaf of DEVICES) expect(again.weights(leaf, 'l4')).toEqual(NEW);
      else expect(text(again)).toBe(old);
    } else expect(text(again)).toBe(old);
    expect(devices.pending.size).toBe(0);
    expect((await again.journal.verify()).chain).toBe('ok');
  });
});
