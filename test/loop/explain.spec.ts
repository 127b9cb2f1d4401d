import { explain, ReadModel, readStory, type Explanation } from '@weir/runtime';
import { World } from './world';

/** A change of a rule on a hot link, until it is kept or taken back. */
async function changed(trapMs = 0): Promise<World> {
  const world = await new World().start();
  await world.objective('a', 'l1', 'l2');
  await world.run(5_000);
  world.trapMs = trapMs;
  world.background.set('l1:s1', 0.9);
  const ends = ['confirmed', 'rolled-back'];
  await world.run(60_000, () => ends.includes(world.changes[0]?.state ?? ''));
  return world;
}

async function told(world: World, id: string): Promise<Explanation> {
  const model = new ReadModel();
  for (const record of await world.records()) model.apply(record);
  const story = await readStory(world.journal, model, id, () => Promise.resolve());
  if (story === null) throw new Error(`nothing is known of ${id}`);
  return explain(story, null);
}

describe('an explanation of what the loop did', () => {
  it('leaves nothing unrecorded, from the symptom to what was learned', async () => {
    const world = await changed();
    const all = await told(world, 'chg-1');
    expect(all.notRecorded).toEqual([]);
    expect(all.symptom).toMatchObject({ quantile: 0.95, thresholdMs: 50 });
    expect(all.symptom?.kind).not.toBeNull();
    expect(all.cause?.name).toBe('congestion');
    expect(all.cause?.ruledOut).not.toBeNull();
    const [reroute] = all.rules?.order ?? [];
    expect(reroute).toMatchObject({ name: 'reroute', answer: 'chosen', minGainRatio: 0.05 });
    expect(reroute?.candidates.map(({ type }) => type)).toEqual(['reroute', 'none']);
    expect(all.choice?.why).toBe('the first rule of the policy that applies and gains enough');
    expect(all.choice?.checks.every(({ passed }) => passed)).toBe(true);
    expect(all.verdict?.verdict).toBe('improved');
    expect(all.comparison?.measuredRatio).toBe(all.verdict?.effectRatio);
    expect(all.end.state).toBe('confirmed');
    expect(all.lesson).toMatchObject({ counted: 'helped', now: { successRatio: 1 } });
    const incident = await told(world, 'inc-1');
    expect(incident.notRecorded).toEqual([]);
    expect(incident.changes).toMatchObject([{ id: 'chg-1', state: 'confirmed' }]);
  });

  it('says that it failed, and what the rules answer after that', async () => {
    const world = await changed(700);
    const all = await told(world, 'chg-1');
    expect(all.end.state).toBe('rolled-back');
    expect(all.lesson?.counted).toBe('failed');
    await world.run(15_000);
    const { rules, notRecorded } = await told(world, 'inc-1');
    expect(rules?.order.map(({ answer }) => answer)).toEqual(['tried-in-vain']);
    expect(notRecorded).toEqual([]);
  });

  it('keeps the time of the first diagnosis apart from that of the latest, whatever is noted', async () => {
    const world = await changed(700);
    await world.run(15_000);
    const incident = world.engine.durable.incidents.get('inc-1' as never);
    const records = (await world.records()).filter(
      ({ body }) => body.kind === 'incident-diagnosed',
    );
    expect(incident?.diagnosedMs).toBe(records[0]?.atMs);
    expect(incident?.note).not.toBe('');
    expect(incident?.latestDiagnosedMs).toBe(incident?.diagnosis?.atMs);
  });
});
