import { deviceId, ruleName, type Facts } from '@weir/core/model';
import { CRASH_POINTS } from '@weir/runtime';
import { freshDevices, ManualClock, testPolicy, World } from './world';
import { MemoryJournalStore } from '@weir/adapter-journal-memory';

const HOT = 'l1:s1';
const ended = (world: World) => () =>
  world.changes.some((change) =>
    ['confirmed', 'rolled-back', 'stuck', 'rejected'].includes(change.state),
  );

async function incident(options: ConstructorParameters<typeof World>[0] = {}): Promise<World> {
  const world = await new World(options).start();
  await world.objective('a', 'l1', 'l2');
  await world.objective('b', 'l3', 'l4');
  await world.run(5_000);
  world.background.set(HOT, 0.9);
  return world;
}

const text = (world: World): string =>
  JSON.stringify([...world.devices.images].map(([id, image]) => [id, [...image].sort()]));

describe('the loop on devices in memory', () => {
  it('moves weights off a hot link, proves that it helped, and keeps it', async () => {
    const world = await incident();
    await world.run(40_000, ended(world));
    const [change] = world.changes;
    expect(world.fatal).toBeNull();
    expect(change).toMatchObject({ rule: 'reroute', state: 'confirmed', cause: 'congestion' });
    expect(change?.verdict?.verdict).toBe('improved');
    expect(world.weights().s1 ?? 0).toBe(0);
    expect(world.devices.pending.size).toBe(0);
    expect((await world.journal.verify()).chain).toBe('ok');
  });

  it('finds a link that loses without counting, and leaves it for all prefixes', async () => {
    const policy = testPolicy();
    const [rule] = policy.rules;
    if (rule === undefined) throw new Error('the test policy has a rule');
    const avoid = {
      ...rule,
      name: ruleName('bad-link'),
      enter: (facts: Facts) => facts.slo.breached && facts.cause.name === 'gray-link',
      action: { type: 'avoid' as const },
    };
    const world = await new World({ policy: { ...policy, rules: [rule, avoid] } }).start();
    await world.objective('a', 'l1', 'l2');
    await world.objective('b', 'l3', 'l4');
    await world.run(5_000);
    world.gray.set('l1:s2', 0.03);
    await world.run(60_000, ended(world));
    expect(world.changes[0]).toMatchObject({ rule: 'bad-link', cause: 'gray-link' });
    expect(world.changes[0]).toMatchObject({
      state: 'confirmed',
      verdict: { verdict: 'improved' },
    });
    for (const leaf of ['l2', 'l3', 'l4']) expect(world.weights('l1', leaf).s2).toBeUndefined();
    expect(world.weights('l3', 'l4').s2).toBe(1);
  });

  it('goes on to the next rule when one was tried in vain', async () => {
    const policy = testPolicy();
    const [rule] = policy.rules;
    if (rule === undefined) throw new Error('the test policy has a rule');
    const second = { ...rule, name: ruleName('again'), cooldownMs: 0 };
    const rules = [{ ...rule, cooldownMs: 10_000 }, second];
    const world = await incident({ policy: { ...policy, rules } });
    world.trapMs = 700;
    await world.run(40_000, ended(world));
    world.trapMs = 0;
    await world.run(40_000, () => world.changes[1]?.state === 'confirmed');
    expect(world.changes.map((change) => [change.rule, change.state])).toEqual([
      ['reroute', 'rolled-back'],
      ['again', 'confirmed'],
    ]);
  });

  it('does nothing on a healthy network', async () => {
    const world = await new World().start();
    await world.objective('a', 'l1', 'l2');
    await world.run(30_000);
    expect(world.changes).toEqual([]);
    expect(world.devices.sets).toBe(0);
  });

  it('undoes a change that makes things worse, to the last leaf', async () => {
    const world = await incident();
    const before = text(world);
    world.trapMs = 700;
    await world.run(40_000, ended(world));
    expect(world.changes[0]).toMatchObject({
      state: 'rolled-back',
      verdict: { verdict: 'harmed' },
    });
    expect(text(world)).toBe(before);
  });

  it.each(['suggest', 'approve', 'observe', 'off'] as const)(
    'sends nothing in mode %s',
    async (mode) => {
      const policy = testPolicy();
      const rules = policy.rules.map((rule) => ({ ...rule, mode }));
      const world = await incident({ policy: { ...policy, rules } });
      await world.run(20_000);
      expect(world.devices.sets).toBe(0);
      const states = {
        suggest: ['validated'],
        approve: ['awaiting-approval'],
        observe: [],
        off: [],
      };
      expect(world.changes.map((change) => change.state)).toEqual(states[mode]);
    },
  );

  it('applies what a person approved, and only the plan that was seen', async () => {
    const policy = testPolicy();
    const rules = policy.rules.map((rule) => ({ ...rule, mode: 'approve' as const }));
    const world = await incident({ policy: { ...policy, rules } });
    await world.run(20_000, () => world.changes.length > 0);
    const id = world.changes[0]?.id ?? '';
    const approve = { verb: 'approve', changeId: id, by: 'ann', reason: '' } as const;
    const wrong = await world.engine.command({ ...approve, planHash: 'x' });
    expect(wrong).toMatchObject({ ok: false, error: { code: 'plan-hash-mismatch' } });
    const planHash = world.changes[0]?.plan.hash ?? '';
    expect((await world.engine.command({ ...approve, planHash })).ok).toBe(true);
    await world.run(30_000, ended(world));
    expect(world.changes[0]).toMatchObject({ state: 'confirmed', approvedBy: 'ann' });
  });

  it('applies a saved plan exactly, or refuses it when the world moved', async () => {
    const world = await incident();
    world.background.clear();
    const weights = { s1: 1, s2: 31, s3: 32 };
    const action = {
      type: 'reroute' as const,
      routes: [{ device: deviceId('l1'), prefix: '10.0.2.0/24', weights }],
    };
    const propose = { verb: 'propose', action, objectiveId: null, by: 'ann' } as const;
    const seen = await world.engine.command({ ...propose, dryRun: true, planHash: null });
    const hash = seen.ok && seen.value.kind === 'change' ? seen.value.change.plan.hash : '';
    const stale = await world.engine.command({ ...propose, dryRun: false, planHash: 'other' });
    expect(stale).toMatchObject({ ok: false, error: { code: 'plan-hash-mismatch' } });
    const exact = await world.engine.command({ ...propose, dryRun: false, planHash: hash });
    expect(exact.ok).toBe(true);
    await world.run(40_000, ended(world));
    expect([world.changes[0]?.state, world.weights()]).toEqual(['confirmed', weights]);
  });

  it('a freeze stops changes until it is lifted', async () => {
    const world = await incident();
    await world.engine.command({ verb: 'freeze', by: 'ann', reason: 'peak' });
    await world.run(15_000);
    expect(world.devices.sets).toBe(0);
    await world.engine.command({ verb: 'unfreeze', by: 'ann' });
    await world.run(40_000, ended(world));
    expect(world.changes.at(-1)?.state).toBe('confirmed');
  });

  it('holds still when telemetry stops', async () => {
    const world = await incident();
    world.silent = true;
    await world.run(20_000);
    expect(world.changes).toEqual([]);
    const status = await world.engine.command({ verb: 'status' });
    expect(status.ok && status.value.kind === 'status' && status.value.status.phase).not.toBe(
      'running',
    );
  });

  it('refuses when the configuration was changed by hand meanwhile', async () => {
    const world = await incident();
    await world.run(1_000);
    // After the image was read, so that only the snapshot can notice.
    const image = new Map(world.devices.images.get(deviceId('l1')));
    for (const path of image.keys()) if (path.endsWith('wecmp-weight')) image.set(path, '7');
    world.devices.images.set(deviceId('l1'), image);
    await world.run(15_000, () => world.changes.length > 0);
    expect(world.changes[0]).toMatchObject({ state: 'rejected' });
    expect(world.changes[0]?.reason).toContain('wecmp-weight is 7');
    expect(world.devices.sets).toBe(0);
  });

  it.each([
    ['dead', 'rejected'],
    ['rejects', 'rejected'],
    ['lies', 'rolled-back'],
    ['lost-answer', 'confirmed'],
    ['no-commit', 'confirmed'],
  ] as const)('a device that is %s leads to %s', async (fault, state) => {
    const world = await incident();
    world.devices.faults.set(deviceId('l1'), fault);
    const before = text(world);
    await world.run(60_000, ended(world));
    expect(world.changes[0]?.state).toBe(state);
    if (state !== 'confirmed') expect(text(world)).toBe(before);
  });

  it('renews the lease of a kept change, and undoes it after a controller was gone too long', async () => {
    const store = new MemoryJournalStore();
    const devices = freshDevices();
    const clock = new ManualClock();
    const world = await incident({ store, devices, clock });
    const before = text(world);
    await world.run(40_000, ended(world));
    await world.run(100_000);
    expect((await world.records()).filter((r) => r.body.kind === 'lease-renewed').length).toBe(2);
    await world.engine.stop();
    clock.nowMs += 10 * 60_000;

    const again = await new World({ store, devices, clock }).start(2);
    await again.run(60_000, () => again.changes[1]?.state === 'confirmed');
    expect(again.changes[1]).toMatchObject({ action: { type: 'undo', changeId: 'chg-1' } });
    expect(text(again)).toBe(before);
  });

  it('drains a link and takes the drain back', async () => {
    const world = await incident();
    world.background.clear();
    const drain = { kind: 'Drain', name: 'd', labels: {}, priority: 100, spec: { link: 'l1-s1' } };
    const put = { verb: 'put-intent', by: 'ann', intent: drain } as const;
    const planned = await world.engine.command({ ...put, dryRun: true });
    expect(planned.ok && planned.value.kind === 'intent' && planned.value.plans[0]?.state).toBe(
      'validated',
    );
    expect(world.devices.sets).toBe(0);
    const before = text(world);
    await world.engine.command({ ...put, dryRun: false });
    await world.run(40_000, ended(world));
    expect(world.changes[0]).toMatchObject({ origin: 'intent', state: 'confirmed' });
    expect([world.weights('l1', 'l2').s1, world.weights('l2', 'l1').s1]).toEqual([
      undefined,
      undefined,
    ]);
    const take = { verb: 'delete-intent', id: 'Drain/d', by: 'ann' } as const;
    const back = await world.engine.command({ ...take, dryRun: true });
    const plan = back.ok && back.value.kind === 'intent' ? back.value.plans[0]?.plan : undefined;
    expect(plan).toMatchObject({ disruption: 'flows-move' });
    expect(plan?.touches.prefixes).toContain('10.0.2.0/24');
    await world.engine.command({ ...take, dryRun: false });
    await world.run(40_000, () => world.changes[1]?.state === 'confirmed');
    expect(text(world)).toBe(before);
  });
});

describe('blast radius', () => {
  it.each([
    ['s1', 0.5, 'validated', ''],
    ['s1', 0.25, 'rejected', '4 of 12 links would be out of use'],
  ])(
    'draining %s with a share of %d is %s',
    async (device, maxRemovedCapacityRatio, state, reason) => {
      const policy = testPolicy();
      const limits = { ...policy.limits, maxRemovedCapacityRatio };
      const world = await incident({ policy: { ...policy, limits } });
      world.background.clear();
      const intent = { kind: 'Drain', name: 'd', labels: {}, priority: 100, spec: { device } };
      const put = { verb: 'put-intent', by: 'ann', dryRun: true, intent } as const;
      const planned = await world.engine.command(put);
      const plan =
        planned.ok && planned.value.kind === 'intent' ? planned.value.plans[0] : undefined;
      expect(plan?.state).toBe(state);
      expect(plan?.reason).toContain(reason);
    },
  );
});

class Crash extends Error {}

describe('a crash at every labelled point', () => {
  const harmful = CRASH_POINTS.filter((label) => /roll|revert|cancel|inverse/.test(label));

  it.each(CRASH_POINTS)('%s', async (label) => {
    const store = new MemoryJournalStore();
    const devices = freshDevices();
    const clock = new ManualClock();
    let armed = true;
    const crashPoint = (at: string): void => {
      if (at !== label) return;
      armed = false;
      throw new Crash(at);
    };
    const world = await incident({ store, devices, clock, crashPoint });
    const old = text(world);
    if (harmful.includes(label)) world.trapMs = 700;
    if (label.endsWith('inverse')) devices.faults.set(deviceId('l1'), 'no-commit');
    await world.run(40_000, () => !armed || ended(world)());
    expect(armed).toBe(false);
    await world.engine.stop();

    const again = await new World({ store, devices, clock }).start(2);
    await again.run(90_000, () => again.changes.every((change) => isEnd(change.state)));
    const change = again.changes[0];
    expect(again.fatal).toBeNull();
    if (change !== undefined) {
      expect(isEnd(change.state)).toBe(true);
      const whole = change.state === 'confirmed' ? 'new' : 'old';
      expect(text(again) === old ? 'old' : 'new').toBe(whole);
    }
    expect(devices.pending.size).toBe(0);
    expect((await again.journal.verify()).chain).toBe('ok');
  });

  const isEnd = (state: string): boolean =>
    ['confirmed', 'rolled-back', 'rejected', 'expired', 'superseded', 'validated'].includes(state);
});
