import type { TimelineEntry } from '@weir/closed-loop';
import { measureVerdicts, tasksOf } from '.';
import { passing } from './passing';
import { rateOf } from './rate';
import type { JudgedChange, VerdictRun, VerdictTask } from './run';
import { runVerdictTask } from './run-task';
import { tally } from './tally';

const task = (fields: Partial<VerdictTask> = {}): VerdictTask => ({
  cause: 'congestion',
  course: 'stays',
  number: 1,
  seed: 1,
  ...fields,
});

const change = (fields: Partial<JudgedChange> = {}): JudgedChange => ({
  rule: 'reroute',
  action: 'reroute 1 route',
  outcome: 'kept',
  verdict: 'improved',
  effect: 'improved',
  later: 'improved',
  score: 'right',
  measuredRatio: -0.5,
  trueRatio: -0.5,
  why: [],
  ...fields,
});

const run = (changes: readonly JudgedChange[], fields: Partial<VerdictRun> = {}): VerdictRun => ({
  task: task(),
  treatable: true,
  incidents: 1,
  changes,
  ...fields,
});

const useless = change({ effect: 'no-effect', later: 'no-effect', score: 'kept-but-useless' });
const harmful = change({ effect: 'harmed', later: 'harmed', score: 'kept-but-harmful' });
const undoneGood = change({ outcome: 'undone', score: 'undone-but-good' });
const undone = change({ outcome: 'undone', effect: 'no-effect', later: 'no-effect' });
/** The trouble was over when it was taken back. */
const undoneAfter = change({ outcome: 'undone', later: 'no-effect', score: 'undone-but-good' });

describe('rates', () => {
  it('have the interval of Wilson, at the ends as well', () => {
    expect(rateOf(0, 10)).toMatchObject({ ratio: 0, low: 0 });
    expect(rateOf(0, 10).high).toBeCloseTo(0.2775, 4);
    expect(rateOf(10, 10).low).toBeCloseTo(0.7225, 4);
    expect(rateOf(5, 10)).toMatchObject({ ratio: 0.5 });
    expect(rateOf(5, 10).low).toBeCloseTo(0.2366, 4);
    expect(rateOf(0, 0)).toMatchObject({ ratio: NaN, low: 0, high: 1 });
  });
});

describe('the tally', () => {
  const figuresOf = (runs: readonly VerdictRun[]) =>
    new Map(tally(runs).figures.map((one) => [one.name, one]));

  it('counts each error of what it could have happened to', () => {
    const runs = [run([change(), change(), change(), harmful]), run([undoneGood, undone])];
    const figures = figuresOf(runs);
    expect(figures.get('kept but harmful')).toMatchObject({ got: 0.25, met: false });
    expect(figures.get('undone but good')).toMatchObject({ got: 0.25, met: false });
    expect(figures.get('needless changes')).toMatchObject({ got: 0, met: true });
    const [verdicts] = tally([...runs, run([useless])]).tables;
    expect(verdicts?.rows).toContainEqual(
      expect.objectContaining({ what: 'kept but useless', count: 1, of: 5 }),
    );
  });

  it('asks what was undone for its good from the verdict on, and says what it did before', () => {
    const figures = figuresOf([run([change(), change(), change(), undoneAfter])]);
    expect(figures.get('undone but good')).toMatchObject({ got: 0, met: true });
    const before = 'undone, and good while it was judged';
    expect(figures.get(before)).toMatchObject({ got: 0.25, met: false });
    // What was aborted without a verdict is asked for the good that it did.
    const aborted = change({ outcome: 'undone', later: null, score: 'undone-but-good' });
    expect(figuresOf([run([aborted])]).get('undone but good')?.got).toBe(1);
    const { tables } = tally([run([undoneAfter])]);
    const wrong = tables.find(({ title }) => title === 'judged wrong')?.rows;
    expect(wrong).toMatchObject([{ 'from the verdict on': 'no-effect' }]);
  });

  it('calls a change needless where nothing was needed, unless it helped', () => {
    const calm = { treatable: false, task: task({ cause: 'healthy' }) };
    expect(figuresOf([run([change()], calm)]).get('needless changes')?.got).toBe(0);
    const figures = figuresOf([run([undone], calm), run([change()])]);
    expect(figures.get('needless changes')).toMatchObject({ got: 0.5, met: false });
  });

  it('leaves out rates of nothing, and what is still open', () => {
    const open = change({ outcome: 'open', score: 'unsettled', verdict: null });
    const trial = change({ outcome: 'on-trial', score: 'unsettled', verdict: 'inconclusive' });
    const figures = figuresOf([run([open, trial])]);
    expect(figures.has('kept but harmful')).toBe(false);
    expect(figures.get('changes still open at the end of their run')?.got).toBe(1);
    const onTrial = 'taken back on trial, and made again or not judged yet';
    expect(figures.get(onTrial)?.got).toBe(1);
  });
});

describe('an incident that passes', () => {
  const entry = (action: TimelineEntry['action']): TimelineEntry => ({
    atMs: 5,
    text: 'x',
    action,
  });

  it('ends what began', () => {
    const fault = { grayLossRatio: 0.1 };
    const link = entry({ kind: 'link', link: 'a--b', from: 'a:1', fault });
    const scale = entry({ kind: 'scale', name: 'chat', scale: 3 });
    expect(passing([link, scale], 90)?.slice(2)).toMatchObject([
      { atMs: 90, action: { kind: 'link', from: 'a:1', fault: { grayLossRatio: 0, up: true } } },
      { atMs: 90, action: { kind: 'scale', name: 'chat', scale: 1 } },
    ]);
  });

  it('is none where somebody changed a setting, or nothing happened', () => {
    expect(passing([entry({ kind: 'settings', steps: [] })], 90)).toBeNull();
    expect(passing([], 90)).toBeNull();
  });
});

describe('the section', () => {
  const amount = {
    stays: 1,
    passes: 1,
    healthy: 2,
    workers: 3,
    startWorker: () => ({
      run: (one: VerdictTask) =>
        one.cause === 'incast'
          ? Promise.reject(new Error('it broke'))
          : Promise.resolve(run([change()], { task: one })),
      close: () => undefined,
    }),
  };
  const context = { data: '', full: false, seed: 3, progress: () => undefined, now: () => 0 };

  it('plays every cause and names what failed', async () => {
    const section = await measureVerdicts(context, amount);
    expect(section.skipped).toEqual([{ name: 'incast stays 1', reason: 'it broke' }]);
    const { rows = [] } = section.tables.find(({ title }) => title === 'by what was wrong') ?? {};
    expect(rows).toHaveLength(new Set(tasksOf(3, amount).map((t) => t.cause + t.course)).size - 1);
  });

  it('lives through an incident, and knows what each change was worth', async () => {
    const lived = await runVerdictTask(task({ cause: 'starved-queue' }));
    expect(lived.treatable).toBe(true);
    expect(lived.changes.length).toBeGreaterThan(0);
    for (const { effect, trueRatio } of lived.changes)
      if (effect === 'improved') expect(trueRatio).toBeLessThan(0);
  }, 300_000);
});
