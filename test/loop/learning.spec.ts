import { ruleName, type Experience, type Policy, type Rule } from '@weir/core/model';
import { testPolicy, World } from './world';

/** Two rules that both apply to a hot link; the order of the policy is reroute, then placement. */
function policyOf(part: Partial<Policy['learning']> = {}, hash = 'drawn'): Policy {
  const base = testPolicy();
  const [reroute] = base.rules as readonly [Rule];
  const placement: Rule = {
    ...reroute,
    name: ruleName('placement'),
    action: { type: 'placement', targetUtilizationRatio: 0.6 },
  };
  return { ...base, hash, learning: { ...base.learning, ...part }, rules: [reroute, placement] };
}

async function hotLink(policy = policyOf()): Promise<World> {
  const world = await new World({ policy }).start();
  await world.objective('a', 'l1', 'l2');
  await world.run(5_000);
  return world;
}

/** Breaks the objective, and returns the rule of the first change. */
async function ruleAfterBreach(world: World): Promise<string | null> {
  world.background.set('l1:s1', 0.9);
  await world.run(20_000, () => world.changes.length > 0);
  return world.changes[0]?.rule ?? null;
}

const failures = (world: World, failed: number): Experience => ({
  ...{ cause: 'congestion', action: 'reroute', context: 'real-time-inference/leaf' },
  ...{ helped: 0, failed, atMs: world.clock.wallMs(), verdicts: failed },
});
const teach = async (world: World, failed: number): Promise<void> => {
  const entries = [failures(world, failed)];
  expect((await world.engine.command({ verb: 'import-learning', entries, by: 'ann' })).ok).toBe(
    true,
  );
};

describe('learning from verdicts', () => {
  it('leaves the order of the policy as it is with nothing learned', async () => {
    const world = await hotLink();
    expect(await ruleAfterBreach(world)).toBe('reroute');
    const decision = world.engine.durable.decisions.get('chg-1');
    expect(decision?.context).toBe('real-time-inference/leaf');
    expect(decision?.rules.map(({ rule, answer }) => [rule, answer])).toEqual([
      ['reroute', 'chosen'],
      ['placement', 'not-asked'],
    ]);
    expect(decision?.chosen?.why).toBe(
      'the first rule of the policy that applies and gains enough',
    );
  });

  it('tries the other rule first after failures, and the first one again after a reset', async () => {
    const world = await hotLink();
    await teach(world, 12);
    expect(await ruleAfterBreach(world)).toBe('placement');
    const decision = world.engine.durable.decisions.get('chg-1');
    expect(decision?.chosen?.why).toMatch(
      /^learned: reroute helped 0 and failed 12 times against congestion in real-time-inference\/leaf; placement has the turn \(drew 0\.\d\d against 0\.\d\d\)$/,
    );

    const again = await hotLink();
    await teach(again, 12);
    const reset = { verb: 'reset-learning', cause: 'congestion', action: 'reroute' } as const;
    expect((await again.engine.command({ ...reset, by: 'ann' })).ok).toBe(true);
    expect(again.engine.durable.learning.size).toBe(0);
    expect(await ruleAfterBreach(again)).toBe('reroute');
    const kinds = (await again.records()).map(({ body }) => body);
    expect(kinds).toContainEqual({
      kind: 'learning-reset',
      ...{ cause: 'congestion' },
      action: 'reroute',
      by: 'ann',
    });
  });

  it('gives the rule that failed a turn all the same, by the floor, the same one in each run', async () => {
    const rules = new Set<string | null>();
    for (let run = 0; run < 2; run++) {
      const world = await hotLink(policyOf({}, 'h'));
      await teach(world, 12);
      rules.add(await ruleAfterBreach(world));
      const decision = world.engine.durable.decisions.get('chg-1');
      expect(decision?.chosen?.why).toContain('reroute has its turn by learning.floor');
    }
    expect([...rules]).toEqual(['reroute']);
  });

  it('changes nothing where the policy switches it off, or rules are of different modes', async () => {
    const off = await hotLink(policyOf({ enabled: false }));
    await teach(off, 12);
    expect(await ruleAfterBreach(off)).toBe('reroute');

    const policy = policyOf();
    const [reroute, placement] = policy.rules as readonly [Rule, Rule];
    const asks = await hotLink({ ...policy, rules: [{ ...reroute, mode: 'approve' }, placement] });
    await teach(asks, 12);
    expect(await ruleAfterBreach(asks)).toBe('reroute');
    expect(asks.changes[0]?.state).toBe('awaiting-approval');
  });

  it('counts the verdict of each change once, over a restart', async () => {
    const world = await hotLink();
    world.trapMs = 700;
    await ruleAfterBreach(world);
    await world.run(60_000, () => world.changes[0]?.state === 'rolled-back');
    const [change] = world.changes;
    expect(change?.lesson).toMatchObject({ cause: 'congestion', action: 'reroute' });
    const learned = [...world.engine.durable.learning.values()];
    expect(learned).toMatchObject([{ action: 'reroute', helped: 0, failed: 1, verdicts: 1 }]);
    const { store, devices, clock } = world;
    await world.engine.stop();
    const later = await new World({ policy: policyOf(), store, devices, clock }).start(2);
    expect([...later.engine.durable.learning.values()]).toEqual(learned);
  });

  it('refuses what cannot have been learned, with the place of it', async () => {
    const world = await hotLink();
    const given = failures(world, 3);
    const wrong: readonly [Partial<Experience>, string][] = [
      [{ cause: 'gremlins' }, 'cause'],
      [{ action: 'reboot' }, 'action'],
      [{ context: 'a|b' }, 'context'],
      [{ failed: NaN }, 'failed'],
      [{ helped: -1 }, 'helped'],
      [{ verdicts: 1.5 }, 'verdicts'],
      [{ atMs: world.clock.wallMs() + 3_600_000 }, 'atMs'],
    ];
    for (const [part, field] of wrong) {
      const entries = [given, { ...given, ...part }];
      const result = await world.engine.command({ verb: 'import-learning', entries, by: 'ann' });
      const where = `entries[1].${field}`;
      expect(result).toMatchObject({ ok: false, error: { code: 'request-invalid', where } });
    }
    expect(world.engine.durable.learning.size).toBe(0);
  });
});
