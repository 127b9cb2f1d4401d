import { MemoryJournalStore } from '@weir/adapter-journal-memory';
import { strategies } from '@weir/algorithms';
import type { EngineStatus } from '@weir/core/model';
import type { Strategies } from '@weir/core/ports';
import { freshDevices, ManualClock, testPolicy, World } from './world';

const HOT = 'l1:s1';

async function incident(options: ConstructorParameters<typeof World>[0] = {}): Promise<World> {
  const world = await new World(options).start();
  await world.objective('a', 'l1', 'l2');
  await world.objective('b', 'l3', 'l4');
  await world.run(5_000);
  world.background.set(HOT, 0.9);
  return world;
}

async function statusOf(world: World): Promise<EngineStatus> {
  const result = await world.engine.command({ verb: 'status' });
  if (!result.ok || result.value.kind !== 'status') throw new Error('no status');
  return result.value.status;
}

const kinds = async (world: World): Promise<readonly string[]> =>
  (await world.records()).map(({ body }) => body.kind);

const drain = (world: World, device: string, priority: number) =>
  world.engine.command({
    verb: 'put-intent',
    by: 'ann',
    dryRun: false,
    intent: { kind: 'Drain', name: device, labels: {}, priority, spec: { device } },
  });

describe('escalation', () => {
  it('a rule whose changes are undone waits for a person, over a restart, until released', async () => {
    const policy = { ...testPolicy(), escalation: { undone: 2, periodMs: 86_400_000 } };
    const parts = {
      store: new MemoryJournalStore(),
      devices: freshDevices(),
      clock: new ManualClock(),
    };
    const world = await incident({ policy, ...parts });
    world.trapMs = 700;
    const waits = (one: World) => () =>
      one.changes.some((change) => change.state === 'awaiting-approval');
    await world.run(400_000, waits(world));
    expect(world.changes.map((change) => change.state)).toEqual([
      'rolled-back',
      'rolled-back',
      'awaiting-approval',
    ]);
    expect(await kinds(world)).toContain('rule-escalated');
    const rule = { rule: 'reroute', objectiveId: 'LatencyObjective/a' };
    const reason = '2 changes of rule reroute were undone here within 1 days';
    expect((await statusOf(world)).escalated).toEqual([{ ...rule, reason }]);
    const notes = [...world.engine.durable.incidents.values()].map((item) => item.note);
    expect(notes).toContain(`escalated: ${reason}; \`weir release reroute\` ends it`);
    await world.engine.stop();

    const again = await new World({ policy, ...parts }).start(2);
    await again.run(2_000);
    expect((await statusOf(again)).escalated).toHaveLength(1);
    const release = { verb: 'release-rule', by: 'ann', ...rule } as const;
    expect((await again.engine.command({ ...release, objectiveId: 'other' })).ok).toBe(false);
    expect((await again.engine.command(release)).ok).toBe(true);
    expect((await statusOf(again)).escalated).toEqual([]);
    expect((await kinds(again)).at(-1)).toBe('rule-released');
  }, 60_000);
});

describe('intents that contradict each other', () => {
  it('of the same priority: the second drain that would cut is refused and names the first', async () => {
    const world = await new World().start();
    await world.run(3_000);
    expect((await drain(world, 's1', 100)).ok).toBe(true);
    const second = await drain(world, 's2', 100);
    expect(second).toMatchObject({ ok: false, error: { code: 'intent-conflict' } });
    expect(second.ok ? '' : second.error.reason).toContain('Drain/s1 (priority 100)');
    // Put again, or with another spec, it is no conflict with itself.
    expect((await drain(world, 's1', 100)).ok).toBe(true);
  });

  it('of a higher priority: the first drain comes back, and only then the second one is made', async () => {
    const world = await new World().start();
    await world.run(3_000);
    await drain(world, 's1', 100);
    await world.run(60_000, () => world.changes[0]?.state === 'confirmed');
    expect(Object.keys(world.weights())).toEqual(['s2', 's3']);
    expect((await drain(world, 's2', 200)).ok).toBe(true);
    const { intents } = await statusOf(world);
    const waiting = intents.find(({ id }) => id === 'Drain/s1')?.conditions;
    expect(waiting?.find(({ type }) => type === 'Drained')).toMatchObject({
      status: 'false',
      reason: 'IntentConflict',
      message: 'intent-conflict: waits for Drain/s2, which goes before it',
    });
    let fewest = 3;
    await world.run(180_000, () => {
      fewest = Math.min(fewest, Object.keys(world.weights()).length);
      return (
        world.changes.at(-1)?.intent === 'Drain/s2' && world.changes.at(-1)?.state === 'confirmed'
      );
    });
    expect(Object.keys(world.weights()).sort()).toEqual(['s1', 's3']);
    expect(fewest).toBe(2);
  }, 60_000);
});

describe('a method of decision that fails', () => {
  const boom = (): never => {
    throw new RangeError('out of its mind');
  };
  it.each<[string, Partial<Strategies>]>([
    ['throws', { fillWeights: boom, relieve: boom }],
    [
      'answers NaN',
      { fillWeights: ({ residualBps }) => residualBps.map(() => NaN), relieve: boom },
    ],
    ['answers nothing', { fillWeights: () => [], relieve: boom }],
  ])('%s: no Set leaves, the engine goes on and says so', async (_, broken) => {
    const world = await incident({ strategies: { ...strategies, ...broken } });
    await world.run(20_000);
    expect(world.fatal).toBeNull();
    expect(world.devices.sets).toBe(0);
    expect(world.changes).toEqual([]);
    const status = await statusOf(world);
    expect(status.phase).toBe('running');
    expect(status.solverFailures?.[0]).toMatchObject({ method: 'fillWeights' });
    const notes = [...world.engine.durable.incidents.values()].map((item) => item.note);
    expect(notes.join()).toContain('solver-failed');
  });

  it('routing that fails from some time on leaves the last good one in force', async () => {
    let works = true;
    const routing: Strategies['routing'] = (...given) =>
      works ? strategies.routing(...given) : boom();
    const world = await incident({ strategies: { ...strategies, routing } });
    works = false;
    await world.run(60_000, () => world.changes.at(-1)?.state === 'confirmed');
    expect(world.fatal).toBeNull();
    expect((await world.journal.verify()).chain).toBe('ok');
    expect((await statusOf(world)).phase).toBe('running');
  });
});
