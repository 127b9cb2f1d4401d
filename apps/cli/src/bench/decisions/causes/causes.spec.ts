import { TRUTH_CAUSES } from '@weir/closed-loop';
import { measureCauses, sectionOf, tasksOf } from '.';
import { runCauseTask } from './run-task';
import type { CauseOutcome, CauseTask, HealthyOutcome, IncidentOutcome } from './task';

// Runs with an engine take seconds where other specs run beside.
jest.setTimeout(60_000);

const incident = (fields: Partial<IncidentOutcome>): IncidentOutcome => ({
  truth: 'straggler',
  number: 1,
  story: '',
  redrawn: 0,
  severity: 2,
  detectedMs: 4_000,
  named: [{ afterMs: 4_000, cause: 'straggler' }],
  ...fields,
});
const calm: HealthyOutcome = {
  truth: 'healthy',
  number: 1,
  redrawn: 1,
  hours: 0.5,
  alarms: ['congestion'],
};
const got = (outcomes: readonly CauseOutcome[], name: string): number | undefined =>
  sectionOf(outcomes, []).figures.find((figure) => figure.name === name)?.got;

describe('the section on causes', () => {
  const late = incident({
    named: [
      { afterMs: 4_000, cause: 'host-limited' },
      { afterMs: 8_000, cause: 'straggler' },
    ],
  });
  const missed = incident({ truth: 'buffer-cut', detectedMs: null, named: [] });
  const either = incident({
    truth: 'buffer-cut',
    named: [{ afterMs: 3_000, cause: 'queue-overflow' }],
  });

  it('counts the first name and the last one, and what was not detected as wrong', () => {
    const outcomes = [incident({}), late, missed, either, calm];
    expect(got(outcomes, 'first cause right')).toBe(0.5);
    expect(got(outcomes, 'last cause right')).toBe(0.75);
    expect(got(outcomes, 'detected')).toBe(0.75);
    expect(got(outcomes, 'seconds to the right name, p95')).toBe(8);
    expect(got(outcomes, 'false alarms per healthy hour')).toBe(2);
    const [byCause, bySeverity, healthy] = sectionOf(outcomes, []).tables;
    expect(byCause?.rows.map((row) => [row['done to it'], row['named instead at first']])).toEqual([
      ['buffer-cut', 'nothing 1'],
      ['straggler', 'host-limited 1'],
    ]);
    expect(bySeverity?.rows).toHaveLength(1);
    expect(healthy?.rows).toMatchObject([{ runs: 1, redrawn: 1, 'false alarms': 1 }]);
  });

  it('holds stated probabilities against how often the name was right', () => {
    const first = (cause: string, probability?: number) =>
      incident({
        named: [{ afterMs: 1, cause, ...(probability === undefined ? {} : { probability }) }],
      });
    const outcomes = [
      ...[0.95, 0.95, 0.6].map((probability) => first('straggler', probability)),
      first('incast', 0.6),
      first('straggler', 1),
      first('straggler'),
    ];
    // (0.05^2 + 0.05^2 + 0.4^2 + 0.6^2 + 0) / 5
    expect(got(outcomes, 'Brier score of the first name')).toBeCloseTo(0.105, 9);
    const table = sectionOf(outcomes, []).tables.find(({ title }) => title.includes('stated'));
    expect(table?.rows).toEqual([
      { stated: '0.5 to 0.7', names: 2, 'stated, mean': '60.0 %', right: '50.0 %' },
      { stated: '0.9 to 0.97', names: 2, 'stated, mean': '95.0 %', right: '100.0 %' },
      { stated: '0.97 to 1', names: 1, 'stated, mean': '100.0 %', right: '100.0 %' },
    ]);
  });

  it('meets its target from 95 % on', () => {
    const target = (right: number) =>
      sectionOf([...Array.from({ length: right }, () => incident({})), missed, calm], [])
        .figures[0];
    expect(target(19)).toMatchObject({ got: 0.95, met: true });
    expect(target(18)?.met).toBe(false);
  });

  it('has tasks of every cause, and tells which could not be run', async () => {
    const amount = { ofEach: 1, healthy: 1 };
    expect(tasksOf(7, amount).map(({ truth }) => truth)).toEqual(['healthy', ...TRUTH_CAUSES]);
    const lines: string[] = [];
    const context = {
      ...{ data: '', full: false, seed: 7, now: () => 0 },
      progress: (done: number, total: number, what: string) =>
        void lines.push(`${done}/${total} ${what}`),
    };
    const run = ({ truth, number }: CauseTask): Promise<CauseOutcome> => {
      if (truth === 'incast') return Promise.reject(new Error('no luck'));
      return Promise.resolve(truth === 'healthy' ? calm : incident({ truth, number }));
    };
    const startWorker = () => ({ run, close: () => undefined });
    const section = await measureCauses(context, { ...amount, workers: 2, startWorker });
    expect(section.skipped).toEqual([{ name: 'incast 1', reason: 'no luck' }]);
    const total = TRUTH_CAUSES.length + 1;
    expect(lines.at(-1)).toMatch(new RegExp(`^${total}/${total} `));
  });

  it('plays an incident as its seed says, drawn until it hurts', async () => {
    const task: CauseTask = { truth: 'straggler', number: 1, seed: 5 };
    const outcome = (await runCauseTask(task)) as IncidentOutcome;
    expect(outcome).toEqual(await runCauseTask(task));
    expect(outcome.severity).toBeGreaterThan(1.05);
    expect(outcome.named[0]?.cause).toBe('straggler');
  });
});
