import { Person } from './person';
import type { Configs } from '../../e2e/harness/rehearsal';
import { NetworkStage } from './stage';

jest.setTimeout(240_000);

/** Half of the six switches, one of the two that changes touch among them. */
const HALF = ['leaf2', 'leaf4', 'spine2'];

describe('switches that cannot be reached, are slow, or lie', () => {
  let stage: NetworkStage;
  beforeAll(async () => {
    stage = await NetworkStage.start();
  });
  afterEach(() => stage.heal());
  afterAll(() => stage.stop());

  const writes = (): number =>
    Object.values(stage.fleet.sets())
      .flat()
      .filter(({ commitId }) => !commitId.startsWith('weir-probe')).length;

  it('half the fabric is unreachable before a change: it does not start, no Set leaves', async () => {
    let sent = 0;
    const asked = await stage.ask(() => {
      sent = writes();
      stage.fleet.partition(HALF);
    });
    expect(await stage.settled(asked)).toMatchObject({ state: 'rejected' });
    expect(writes()).toBe(sent);
  });

  it('half of it is cut off in the middle: it is undone there and, by the device alone, here', async () => {
    const asked = await stage.measured();
    stage.fleet.partition(HALF);
    stage.found('harmed');
    await stage.staysOpen(asked.id, 'leaf2');
    await stage.until(
      'the timer of the device ends',
      async () => {
        const { leaf2 } = await stage.rehearsal.configs();
        return JSON.stringify(leaf2) === JSON.stringify(asked.before['leaf2']);
      },
      60_000,
    );
    // Undone already, and the daemon cannot know: it says what it knows.
    expect(await stage.daemon.change(asked.id)).toMatchObject({ state: 'rolling-back' });
    stage.fleet.healAll();
    expect(await stage.settled(asked)).toMatchObject({ state: 'rolled-back' });
  });

  it('a switch is cut off before it could be confirmed: all of them end on one image', async () => {
    const asked = await stage.measured();
    stage.fleet.partition(['leaf2']);
    stage.found('improved');
    await stage.until(
      'the timer of the device ends',
      async () => {
        const { leaf2 } = await stage.rehearsal.configs();
        return JSON.stringify(leaf2) === JSON.stringify(asked.before['leaf2']);
      },
      60_000,
    );
    stage.fleet.healAll();
    expect(await stage.settled(asked)).toMatchObject({ state: 'rolled-back' });
  });

  it('answers just within the time-out: the change goes its way', async () => {
    const asked = await stage.measured(() =>
      stage.fabric.setFaults('leaf2', { slowAnswerMs: 600 }),
    );
    stage.found('improved');
    expect(await stage.settled(asked)).toMatchObject({ state: 'confirmed' });
  });

  it('answers after the time-out what it applied: read back, and one of both images at the end', async () => {
    await stage.works();
    const asked = await stage.ask(() => stage.fabric.setFaults('leaf2', { slowAnswerMs: 1_500 }));
    stage.found('improved');
    expect(['confirmed', 'rolled-back']).toContain((await stage.settled(asked)).state);
  });

  it('applies after the time-out: a Set that comes late is taken back', async () => {
    await stage.works();
    const asked = await stage.ask(() => stage.fabric.setFaults('leaf2', { slowApplyMs: 1_400 }));
    expect(await stage.settled(asked)).toMatchObject({ state: 'rolled-back' });
  });

  it('says OK and applies nothing: the read-back tells, no switch keeps the change', async () => {
    await stage.works();
    const asked = await stage.ask(() => stage.fabric.setFaults('leaf2', { pretend: 1 }));
    expect(await stage.settled(asked)).toMatchObject({ state: 'rolled-back' });
  });

  describe('and a person who works there too', () => {
    let person: Person;
    beforeAll(async () => {
      person = await Person.at(stage.fabric);
    });
    afterAll(() => person.leaves());

    const weightOf = (configs: Configs, prefix: string): readonly [string, string] => {
      const leaf = Object.entries(configs['leaf2'] ?? {}).find(
        ([path]) => path.includes(`[prefix=${prefix}]`) && path.endsWith('/wecmp-weight'),
      );
      return [leaf?.[0] ?? '', String(leaf?.[1])];
    };

    it('an edit between plan and Set: nothing is written over it', async () => {
      let sent = 0;
      const asked = await stage.ask(() => {
        sent = writes();
        // The daemon has its plan, and what it reads next it reads after the person was there.
        stage.fleet.of('leaf2').set('up', { held: true });
      });
      const [path, before] = weightOf(asked.before, '10.3.1.0/24');
      await person.sets('leaf2', path, '7');
      stage.fleet.healAll();
      expect(await stage.ended(asked.id)).toMatchObject({ state: 'rejected' });
      expect(writes()).toBe(sent);
      const { leaf1, leaf2 } = await stage.rehearsal.configs();
      expect([leaf1, leaf2]).toEqual([
        asked.before['leaf1'],
        { ...asked.before['leaf2'], [path]: '7' },
      ]);
      await person.sets('leaf2', path, before);
    });

    it('a commit of theirs that waits for its confirmation: the change backs off, theirs stays', async () => {
      const [path] = weightOf(await stage.rehearsal.configs(), '10.4.1.0/24');
      const asked = await stage.ask(() => person.sets('leaf2', path, '9', 'person-1'));
      expect(['rejected', 'rolled-back']).toContain((await stage.ended(asked.id)).state);
      expect(await stage.fabric.pendingCommits()).toEqual(['person-1']);
      const touched = stage.fleet.of('leaf2').sets.filter((set) => set.commitId === 'person-1');
      expect(touched).toEqual([]);
      await person.cancels('leaf2', 'person-1');
      expect(await stage.rehearsal.configs()).toEqual(asked.before);
    });
  });
});
