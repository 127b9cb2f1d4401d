import type { SetSeen, Trap } from '../proxy';
import { NetworkStage } from './stage';

jest.setTimeout(120_000);

describe('a Set on a network that loses requests and answers', () => {
  let stage: NetworkStage;
  beforeAll(async () => {
    stage = await NetworkStage.start();
  });
  afterEach(() => stage.heal());
  afterAll(() => stage.stop());

  const leaf2 = () => stage.fleet.of('leaf2');
  const trap = (on: SetSeen['kind'], fault: Trap['fault'], under = /^weir-chg/) =>
    leaf2().trap({ on, fault, under });
  const seen = (kind: string, id: string) =>
    leaf2().sets.filter((set) => set.kind === kind && set.commitId.includes(`${id}-`));

  it('reset before delivery: nothing was written, and nothing is', async () => {
    const asked = await stage.ask(() => trap('write', 'reset-before'));
    expect(await stage.settled(asked)).toMatchObject({ state: 'rolled-back' });
  });

  it.each(['lose-answer', 'swallow-answer'] as const)(
    '%s of a Set: read back, found applied, and kept when it helped',
    async (fault) => {
      const asked = await stage.measured(() => trap('write', fault));
      stage.found('improved');
      expect(await stage.settled(asked)).toMatchObject({ state: 'confirmed' });
      expect(seen('write', asked.id)).toHaveLength(1);
    },
  );

  it.each(['reset-before', 'lose-answer', 'swallow-answer'] as const)(
    '%s of a confirm: asked again under the same id, one effect',
    async (fault) => {
      const asked = await stage.measured();
      trap('confirm', fault);
      stage.found('improved');
      expect(await stage.settled(asked)).toMatchObject({ state: 'confirmed' });
      const confirms = seen('confirm', asked.id);
      expect(confirms.length).toBeGreaterThan(1);
      expect(new Set(confirms.map(({ commitId }) => commitId)).size).toBe(1);
      expect(seen('write', asked.id)).toHaveLength(1);
    },
  );

  it.each(['reset-before', 'lose-answer', 'swallow-answer'] as const)(
    '%s of a cancel: undone all the same, to the last leaf',
    async (fault) => {
      const asked = await stage.measured();
      trap('cancel', fault);
      stage.found('harmed');
      expect(await stage.settled(asked)).toMatchObject({ state: 'rolled-back' });
    },
  );

  it('the answer to the probe is lost: no change starts, and the next one is not in its way', async () => {
    await stage.fabric.act('leaf2', 'drop-sessions');
    const asked = await stage.ask(() => trap('write', 'lose-answer', /^weir-probe/));
    expect(await stage.ended(asked.id)).toMatchObject({
      state: 'rejected',
      reason: expect.stringContaining('probe'),
    });
    expect(seen('write', asked.id)).toEqual([]);
    const next = await stage.measured();
    stage.found('harmed');
    expect(await stage.settled(next)).toMatchObject({ state: 'rolled-back' });
  });

  it('an approval that is replayed: refused, and no Set leaves', async () => {
    const asked = await stage.measured();
    stage.found('harmed');
    await stage.settled(asked);
    const sent = leaf2().sets.length;
    const { plan } = (await stage.daemon.change(asked.id)) as unknown as { plan: { hash: string } };
    for (const planHash of [plan.hash, 'a'.repeat(64)]) {
      const path = `/v1/changes/${asked.id}/approve`;
      const answer = await stage.daemon.request('POST', path, { planHash });
      expect([409, 422]).toContain(answer.status);
    }
    expect(leaf2().sets).toHaveLength(sent);
  });
});
