import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CliError } from '../../cli-error';
import type { RunOutcome, RunTask } from './figures';
import { runOutcomes, writeOutcomes, type OutcomesOptions } from './outcomes';
import { outcomesText } from './text';

const folder = mkdtempSync(join(tmpdir(), 'weir-outcomes-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ['b', 'a']) writeFileSync(join(folder, `${name}.yaml`), '');
writeFileSync(join(folder, 'README.md'), '');

const outcome = ({ file, seed, variant }: RunTask): RunOutcome => {
  const value = { off: 100, on: 60, bound: 50 }[variant] + seed;
  const figures = [{ workload: 'llm', measure: 'collective-time' as const, value }];
  return {
    scenario: basename(file, '.yaml'),
    title: 'A title',
    seed,
    variant,
    incident: figures,
    settled: figures,
    changes: [],
    causes: ['congestion'],
    unmet: variant === 'on' && seed === 2 ? ['spec.expect.kept.min: expected 1, got 0'] : [],
    costMs: 10,
    digest: '',
  };
};

const options = (fields: Partial<OutcomesOptions> = {}): OutcomesOptions => ({
  folder,
  only: null,
  seeds: 2,
  workers: 2,
  progress: () => undefined,
  startWorker: () => ({ run: (task) => Promise.resolve(outcome(task)), close: () => undefined }),
  now: () => 0,
  ...fields,
});

describe('runOutcomes', () => {
  it('plays every scenario in three variants with every seed, and reports in a fixed order', async () => {
    const lines: string[] = [];
    const { report, runs } = await runOutcomes(options({ progress: (line) => lines.push(line) }));
    expect(runs).toHaveLength(2 * 3 * 2);
    expect(runs.map(({ scenario, seed, variant }) => `${scenario}${seed}${variant}`)).toEqual(
      ['a', 'b'].flatMap((name) =>
        [1, 2].flatMap((seed) => ['off', 'on', 'bound'].map((v) => `${name}${seed}${v}`)),
      ),
    );
    expect(report.scenarios.map(({ scenario }) => scenario)).toEqual(['a', 'b']);
    expect(lines.at(-1)).toMatch(/12 of 12/);
  });

  it('goes on when a run fails, and says so', async () => {
    const { report } = await runOutcomes(
      options({
        only: ['a'],
        startWorker: () => ({
          run: (task) =>
            task.variant === 'on' && task.seed === 1
              ? Promise.reject(new Error('it broke'))
              : Promise.resolve(outcome(task)),
          close: () => undefined,
        }),
      }),
    );
    expect(report.failed).toMatchObject([{ task: { seed: 1, variant: 'on' }, error: 'it broke' }]);
    expect(report.scenarios[0]?.runs).toEqual({ off: 2, on: 1, bound: 2 });
    expect(outcomesText(report)).toContain('a.yaml seed 1 on: it broke');
  });

  it.each([
    [{ only: ['c'] }, 'there is no scenario "c"'],
    [{ folder: join(folder, 'nowhere') }, 'there is no folder'],
  ])('refuses %j before anything runs', async (fields, message) => {
    await expect(runOutcomes(options(fields))).rejects.toThrow(message);
    await expect(runOutcomes(options(fields))).rejects.toBeInstanceOf(CliError);
  });
});

describe('the report', () => {
  it('shows the variants, the change, what was possible and what did not hold', async () => {
    const { report } = await runOutcomes(options({ only: ['a'] }));
    const text = outcomesText(report);
    expect(text).toMatch(/llm\s+collective-time ms\s+102 ± 6\.35\s+61\.5 ± 6\.35\s+51\.5/);
    expect(text).toMatch(/-39\.\d ± [\d.]+ %/);
    expect(text).toContain('first cause named: congestion 2');
    expect(text).toContain('not all held in 1 of 2 seeds');
    expect(text).toContain('1 x spec.expect.kept.min: expected 1, got 0');
  });

  it('is written for people and for programs', async () => {
    const target = join(folder, 'out', 'deep');
    writeOutcomes(target, await runOutcomes(options()));
    const report = JSON.parse(readFileSync(join(target, 'outcomes.json'), 'utf8')) as unknown;
    expect(report).toMatchObject({ bench: 'outcomes', formatVersion: 1, seeds: [1, 2] });
    expect(existsSync(join(target, 'outcomes.txt'))).toBe(true);
    expect(JSON.parse(readFileSync(join(target, 'runs.json'), 'utf8'))).toHaveLength(12);
  });
});
