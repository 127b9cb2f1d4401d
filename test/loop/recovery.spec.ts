import { MemoryJournal, MemoryJournalStore } from '@weir/adapter-journal-memory';
import { JournalUnavailable, type Journal } from '@weir/core/ports';
import { deviceId, type Action, type Change } from '@weir/core/model';
import type { DeviceFault } from './devices';
import { testPolicy, World, type WorldOptions } from './world';

// Virtual time is long here; a busy machine must not cut it short.
jest.setTimeout(30_000);

const HOUR_MS = 3_600_000;
const WEIGHTS = { s1: 1, s2: 31, s3: 32 };
const ACTION: Action = {
  type: 'reroute',
  routes: ['l1', 'l3'].map((leaf) => ({
    device: deviceId(leaf),
    prefix: '10.0.2.0/24',
    weights: WEIGHTS,
  })),
};
const L1 = deviceId('l1');
const ENDS = ['confirmed', 'rolled-back', 'rejected', 'stuck'];
const ended = (world: World) => () => world.changes.some((change) => ENDS.includes(change.state));

const text = (world: World): string =>
  JSON.stringify([...world.devices.images].map(([id, image]) => [id, [...image].sort()]));

async function calm(options: WorldOptions = {}): Promise<World> {
  const world = await new World(options).start();
  await world.objective('a', 'l1', 'l2');
  await world.objective('b', 'l3', 'l4');
  await world.run(5_000);
  return world;
}

const proposal = {
  verb: 'propose',
  action: ACTION,
  objectiveId: null,
  planHash: null,
  dryRun: false,
  by: 'ann',
} as const;

/** A change of two devices as far as the given state. */
async function changeIn(state: Change['state'], options: WorldOptions = {}): Promise<World> {
  const world = await calm(options);
  await world.engine.command(proposal);
  await world.run(30_000, () => world.changes[0]?.state === state);
  expect(world.changes[0]?.state).toBe(state);
  return world;
}

const undo = (world: World) =>
  world.engine.command({ verb: 'undo', changeId: 'chg-1', dryRun: false, by: 'ann' });

/** An automatic change of l1 that was kept, with its lease. */
async function leased(options: WorldOptions = {}): Promise<World> {
  const world = await calm(options);
  world.background.set('l1:s1', 0.9);
  await world.run(40_000, ended(world));
  expect(world.changes[0]).toMatchObject({ rule: 'reroute', state: 'confirmed' });
  return world;
}

/** Another process takes over what the first one left. */
async function restarted(world: World, epoch = 2): Promise<World> {
  await world.engine.stop();
  const { store, devices, clock } = world;
  return new World({ store, devices, clock }).start(epoch);
}

describe('steps of the wall clock', () => {
  it.each([HOUR_MS, -HOUR_MS])('%i ms: nothing expires and nothing lives on', async (stepMs) => {
    const world = await leased();
    const lease = world.changes[0]?.leaseUntilMs ?? 0;
    world.clock.stepMs = stepMs;
    await world.run(1_000);
    const steps = (await world.records()).filter(({ body }) => body.kind === 'clock-stepped');
    expect(steps.map(({ body }) => body)).toEqual([{ kind: 'clock-stepped', byMs: stepMs }]);
    expect(world.changes[0]?.leaseUntilMs).toBe(lease + stepMs);
    // Renewed at half time as ever, and never undone.
    await world.run(100_000);
    expect(world.changes.map((change) => change.state)).toEqual(['confirmed']);
    const left = (world.changes[0]?.leaseUntilMs ?? 0) - world.clock.wallMs();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(120_000);
  });

  it.each([HOUR_MS, -HOUR_MS])(
    '%i ms in the middle of a change changes nothing',
    async (stepMs) => {
      const world = await changeIn('verifying');
      world.clock.stepMs = stepMs;
      await world.run(30_000, ended(world));
      expect(world.changes[0]?.state).toBe('confirmed');
    },
  );

  it('drift of less than the bound is no step', async () => {
    const world = await leased();
    world.clock.stepMs = 400;
    await world.run(5_000);
    const kinds = (await world.records()).map(({ body }) => body.kind);
    expect(kinds).not.toContain('clock-stepped');
  });
});

describe('a successor whose wall clock is behind', () => {
  it('keeps leases and rests as long as they were', async () => {
    const world = await leased();
    const leftMs = (world.changes[0]?.leaseUntilMs ?? 0) - world.clock.wallMs();
    world.clock.stepMs = -HOUR_MS;
    const again = await restarted(world);
    const steps = (await again.records()).filter(({ body }) => body.kind === 'clock-stepped');
    expect(steps).toHaveLength(1);
    const left = (again.changes[0]?.leaseUntilMs ?? 0) - world.clock.wallMs();
    expect(left).toBeLessThanOrEqual(leftMs + 1_000);
    expect(left).toBeGreaterThan(leftMs - 1_000);
  });
});

describe('a change on trial', () => {
  const policy = (() => {
    const base = testPolicy();
    const verify = { ...base.verify, switchback: 'unproven' as const, maxMs: 20_000 };
    return { ...base, verify, rules: base.rules.map((rule) => ({ ...rule, verify })) };
  })();

  /** Better with the change, but somebody else's load went at the same time: taken back. */
  async function onTrial(): Promise<World> {
    const world = await calm({ policy });
    world.background.set('l1:s1', 0.9).set('l1:s3', 0.4);
    await world.run(30_000, () => world.changes[0]?.state === 'verifying');
    world.background.delete('l1:s3');
    await world.run(30_000, ended(world));
    const [change] = world.changes;
    expect(change).toMatchObject({ state: 'rolled-back', verdict: { switchback: true } });
    expect(change?.switchback).toBeUndefined();
    await world.engine.stop();
    return world;
  }

  it.each([
    [0.9, 'proved', 'confirmed'],
    [0.1, 'refuted', undefined],
  ])('is finished by the next process: at a load of %d it is %s', async (load, outcome, again) => {
    const { store, devices, clock } = await onTrial();
    const world = await new World({ store, devices, clock, policy }).start(2);
    world.background.set('l1:s1', load);
    await world.run(60_000, () => world.changes[1]?.state === 'confirmed');
    const [first, second] = world.changes;
    expect(first?.switchback?.outcome).toBe(outcome);
    expect(second?.state).toBe(again);
  });
});

describe('what is found at the start', () => {
  it('adopts what a person wrote over a kept change, and ends its lease', async () => {
    const world = await leased();
    const image = new Map(world.devices.images.get(L1));
    for (const path of image.keys()) if (path.endsWith('wecmp-weight')) image.set(path, '9');
    world.devices.images.set(L1, image);
    const again = await restarted(world);
    world.clock.nowMs += 10 * 60_000;
    await again.run(10_000);
    expect(again.changes[0]).toMatchObject({ state: 'confirmed', leaseUntilMs: null });
    expect(again.changes[0]?.adopted).toContain('left as found');
    await again.run(60_000);
    expect(again.changes.filter((change) => change.action.type === 'undo')).toEqual([]);
    expect(world.devices.images.get(L1)).toEqual(image);
  });

  it('leaves a kept change alone that is still there', async () => {
    const again = await restarted(await leased());
    await again.run(10_000);
    expect(again.changes[0]?.adopted).toBeUndefined();
  });

  it.each(['verifying', 'confirming'] as const)(
    'down past the deadline in %s: the devices went back, and nothing is confirmed late',
    async (state) => {
      const world = await calm();
      const before = text(world);
      for (const leaf of ['l1', 'l3']) world.devices.faults.set(deviceId(leaf), 'lost-confirm');
      await world.engine.command(proposal);
      await world.run(30_000, () => world.changes[0]?.state === state);
      await world.engine.stop();
      world.devices.faults.clear();
      world.clock.nowMs += HOUR_MS;
      world.devices.passTo(world.clock.nowMs);
      const again = await restarted(world);
      await again.run(60_000, ended(again));
      expect(again.changes[0]?.state).toBe('rolled-back');
      expect(text(again)).toBe(before);
      const outcomes = (await again.records()).flatMap(({ body }) =>
        body.kind === 'device-outcome' && body.verb === 'confirm' ? [body.outcome] : [],
      );
      expect(outcomes).not.toContain('done');
    },
  );

  it('down past the deadline on devices without a timer of their own: undone by ours', async () => {
    const world = await calm();
    const before = text(world);
    for (const leaf of ['l1', 'l3']) world.devices.faults.set(deviceId(leaf), 'no-commit');
    await world.engine.command(proposal);
    await world.run(30_000, () => world.changes[0]?.state === 'verifying');
    const [change] = world.changes;
    expect(change?.deadlineMs).not.toBeNull();
    expect(change?.devices['l1']?.commitConfirmed).toBe(false);
    await world.engine.stop();
    world.clock.nowMs += HOUR_MS;
    const again = await restarted(world);
    await again.run(60_000, ended(again));
    expect(again.changes[0]?.state).toBe('rolled-back');
    expect(text(again)).toBe(before);
  });

  it('a device that cannot be reached is waited for, and found as it was', async () => {
    const world = await changeIn('verifying');
    world.devices.faults.set(L1, 'dead');
    const again = await restarted(world);
    await again.run(120_000);
    expect(again.changes[0]?.state).toBe('rolling-back');
    again.devices.faults.clear();
    await again.run(30_000, ended(again));
    expect(again.changes[0]?.state).toBe('rolled-back');
    expect(again.engine.durable.fenced.size).toBe(0);
  });

  it('a Set of the former leader that arrives after the takeover is found and undone', async () => {
    const world = await calm();
    const before = text(world);
    world.devices.faults.set(L1, 'late');
    await world.engine.command(proposal);
    await world.run(5_000, () => world.devices.late.has(L1));
    const again = await restarted(world);
    // The new leader has read the device as it was, and then the old Set arrives.
    await again.run(1_000, () => again.changes[0]?.devices['l1']?.progress === 'reverted');
    world.devices.faults.set(L1, 'no-commit');
    world.devices.arriveLate(L1);
    expect(text(again)).not.toBe(before);
    await again.run(30_000, ended(again));
    expect(again.changes[0]?.state).toBe('rolled-back');
    expect(text(again)).toBe(before);
  });
});

describe('keeping a change for good', () => {
  it('a confirm that never arrives is found by the device going back', async () => {
    const world = await calm();
    const before = text(world);
    world.devices.faults.set(L1, 'lost-confirm');
    await world.engine.command(proposal);
    await world.run(120_000, ended(world));
    expect(world.changes[0]?.state).toBe('rolled-back');
    expect(text(world)).toBe(before);
  });

  it('a confirm whose answers are all lost is proved when the timer must have fired', async () => {
    const world = await calm();
    world.devices.faults.set(L1, 'lost-confirm-answer');
    await world.engine.command(proposal);
    await world.run(30_000, () => world.changes[0]?.state === 'confirming');
    const deadlineMs = world.changes[0]?.deadlineMs ?? 0;
    await world.run(120_000, ended(world));
    expect(world.changes[0]?.state).toBe('confirmed');
    expect(world.clock.wallMs()).toBeGreaterThan(deadlineMs);
    expect(world.weights('l1', 'l2')).toEqual(WEIGHTS);
  });

  it('a device that restarted into neither configuration takes the change back', async () => {
    const world = await calm();
    const before = text(world);
    await world.engine.command(proposal);
    await world.run(30_000, () => world.changes[0]?.state === 'verifying');
    const image = new Map(world.devices.images.get(L1));
    for (const leaf of world.changes[0]?.plan.diffs.find((diff) => diff.device === L1)?.leaves ??
      [])
      image.set(leaf.path, '5');
    world.devices.pending.delete(L1);
    world.devices.images.set(L1, image);
    await world.run(60_000, ended(world));
    expect(world.changes[0]?.state).toBe('rolled-back');
    expect(world.changes[0]?.reason).toContain('could not be confirmed');
    expect(text(world)).toBe(before);
  });
});

describe("somebody else's commit", () => {
  const theirs = (world: World) => ({
    id: 'somebody',
    before: world.devices.images.get(L1) ?? new Map(),
    untilMs: Infinity,
  });

  it('is left alone: the change backs off', async () => {
    const world = await calm();
    const before = text(world);
    world.devices.pending.set(L1, theirs(world));
    await world.engine.command(proposal);
    await world.run(60_000, ended(world));
    expect(['rejected', 'rolled-back']).toContain(world.changes[0]?.state);
    expect(world.changes[0]?.reason).toContain('another commit is open');
    expect(world.devices.pending.get(L1)?.id).toBe('somebody');
    expect(text(world)).toBe(before);
  });

  it('is waited for when a rollback finds it', async () => {
    const world = await calm();
    const before = text(world);
    world.devices.faults.set(L1, 'no-commit');
    await world.engine.command(proposal);
    await world.run(30_000, () => world.changes[0]?.state === 'verifying');
    world.devices.pending.set(L1, theirs(world));
    await undo(world);
    await world.run(120_000);
    expect(world.changes[0]?.state).toBe('rolling-back');
    expect(world.devices.pending.get(L1)?.id).toBe('somebody');
    world.devices.pending.delete(L1);
    await world.run(30_000, ended(world));
    expect(world.changes[0]?.state).toBe('rolled-back');
    expect(text(world)).toBe(before);
  });
});

describe('a journal that cannot be written', () => {
  /** Fails from a moment on, either before or after the records are durable. */
  class FailingJournal extends MemoryJournal {
    failure: 'none' | 'before' | 'after' = 'none';

    override async append(...given: Parameters<Journal['append']>) {
      if (this.failure === 'before') throw new JournalUnavailable('no space left');
      const records = await super.append(...given);
      if (this.failure === 'after') throw new JournalUnavailable('fsync failed');
      return records;
    }
  }

  it.each(['before', 'after'] as const)(
    'failing %s it is durable: no acknowledgement, nothing sent, the engine ends',
    async (failure) => {
      const store = new MemoryJournalStore();
      const journal = new FailingJournal(store);
      const world = await calm({ store, journal });
      journal.failure = failure;
      const sets = world.devices.sets;
      const answer = await world.engine.command({ verb: 'freeze', by: 'ann', reason: 'x' });
      expect(answer).toMatchObject({ ok: false, error: { code: 'journal-unavailable' } });
      expect(world.fatal).toBeInstanceOf(JournalUnavailable);
      const late = await world.engine.command({ verb: 'freeze', by: 'ann', reason: 'x' });
      expect(late).toMatchObject({ ok: false, error: { code: 'engine-unavailable' } });
      expect(world.devices.sets).toBe(sets);
      const again = await restarted(world);
      expect(again.engine.durable.frozen !== null).toBe(failure === 'after');
    },
  );

  it('what was acknowledged is there after a new start', async () => {
    const store = new MemoryJournalStore();
    const journal = new FailingJournal(store);
    const world = await calm({ store, journal });
    const kept = await world.engine.command({ verb: 'freeze', by: 'ann', reason: 'kept' });
    expect(kept.ok).toBe(true);
    journal.failure = 'before';
    await world.run(2_000);
    await world.engine.command({ verb: 'unfreeze', by: 'ann' });
    const again = await restarted(world);
    expect(again.engine.durable.frozen).toEqual({ by: 'ann', reason: 'kept' });
  });
});

describe('operations', () => {
  it('of an older leader are refused by the executor', async () => {
    const world = await calm();
    const again = await restarted(world, 5);
    await again.run(2_000);
    const old = await again.execute({
      id: 'chg-9/l1/commit/1',
      changeId: null,
      device: L1,
      verb: 'commit',
      epoch: 4,
      leaves: [],
      commitId: 'x',
      rollbackMs: 0,
      timeoutMs: 1_000,
    });
    expect(old).toMatchObject({ outcome: 'refused', code: 'fencing-epoch-stale' });
  });

  it('that the queue does not take are unknown, and the engine goes on', async () => {
    const world = await calm();
    const before = text(world);
    const enqueue = world.queue.enqueue.bind(world.queue);
    let refuse = true;
    world.queue.enqueue = (operation) =>
      refuse && operation.verb === 'commit'
        ? Promise.reject(new Error('connection lost'))
        : enqueue(operation);
    await world.engine.command(proposal);
    await world.run(60_000, ended(world));
    refuse = false;
    expect(world.fatal).toBeNull();
    expect(world.changes[0]?.state).toBe('rolled-back');
    expect(text(world)).toBe(before);
  });

  it.each<DeviceFault>(['lies', 'late'])(
    'a device that is %s is proved by reading',
    async (kind) => {
      const world = await calm();
      const before = text(world);
      world.devices.faults.set(L1, kind);
      await world.engine.command(proposal);
      await world.run(1_000);
      world.devices.faults.delete(L1);
      if (kind === 'late') world.devices.arriveLate(L1);
      await world.run(60_000, ended(world));
      expect(world.changes[0]?.state).toBe('rolled-back');
      expect(text(world)).toBe(before);
    },
  );
});
