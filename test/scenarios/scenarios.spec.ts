import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildScenario, parseScenario, runScenario, type Scenario } from '@weir/closed-loop';
import { ok, type Result } from '@weir/core/base';

const FILES = readdirSync(__dirname).filter((name) => name.endsWith('.yaml'));
const textOf = (file: string): string => readFileSync(join(__dirname, file), 'utf8');
const readText = (path: string): Result<string> =>
  ok(readFileSync(resolve(__dirname, path), 'utf8'));

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
}

const load = (file: string, seed?: number): Scenario =>
  unwrap(buildScenario(unwrap(parseScenario(textOf(file))), { seed, readText }));

describe('scenario files', () => {
  it('are twenty at least', () => {
    expect(FILES.length).toBeGreaterThanOrEqual(20);
  });

  it.each(FILES)(
    '%s builds, is named after its file, tells its story and what to expect',
    (file) => {
      const { document } = load(file);
      expect(document.metadata.name).toBe(file.replace(/\.yaml$/, ''));
      expect(document.metadata.title).not.toBe('');
      expect(document.spec.description).not.toBe('');
      expect(textOf(file)).toMatch(/^# /);
      const { measures, ...rest } = document.spec.expect;
      expect(Object.values(rest).some((value) => value !== undefined) || measures.length > 0).toBe(
        true,
      );
    },
  );
});

/** Small ones, each for another answer: move, find the bad link, leave it alone, act beforehand. */
const PLAYED = [
  'i2-inference-beside-batch.yaml',
  'elephant-beside-mice.yaml',
  'gray-link.yaml',
  'late-requests.yaml',
  'i4-host-limited.yaml',
  'foreseen-bursts.yaml',
  'qos-scheme.yaml',
];

describe('a scenario with the loop on', () => {
  it.each(PLAYED)(
    '%s does what the file expects',
    async (file) => {
      const scenario = load(file);
      const { result } = unwrap(await runScenario(scenario, { loop: 'on' }));
      expect(result.expectations.length).toBeGreaterThan(0);
      expect(result.expectations.filter(({ passed }) => !passed)).toEqual([]);
    },
    300_000,
  );

  it('would stay bad without it', async () => {
    const scenario = load('i2-inference-beside-batch.yaml');
    const { result } = unwrap(await runScenario(scenario, { loop: 'off' }));
    const images = result.measures.find(({ workload }) => workload === 'images');
    expect(images?.windows.before.p95).toBeLessThan(35);
    expect(images?.windows.end.p95).toBeGreaterThan(70);
    expect(result.changes).toEqual([]);
  }, 300_000);

  it('a starved queue stays starved without the loop, and bulk gives up a little with it', async () => {
    const scenario = load('starved-queue.yaml');
    const off = unwrap(await runScenario(scenario, { loop: 'off' })).result;
    const on = unwrap(await runScenario(scenario, { loop: 'on' })).result;
    const at = (result: typeof on, workload: string) =>
      result.measures.find((measure) => measure.workload === workload)?.windows;
    expect(at(off, 'images')?.end.p95).toBeGreaterThan(1_000);
    expect(at(on, 'images')?.end.p95).toBeLessThan(25);
    const [change] = on.changes;
    expect(change).toMatchObject({ rule: 'scheduler', outcome: 'kept', score: 'right' });
    expect(change?.verdict?.verdict).toBe('improved');
    expect(on.expectations.filter(({ passed }) => !passed)).toEqual([]);
    const bulk = (result: typeof on) => at(result, 'checkpoint')?.end.mean ?? NaN;
    expect(bulk(on)).toBeLessThan(bulk(off));
    expect(bulk(on)).toBeGreaterThan(0.9 * bulk(off));
  }, 300_000);

  it.each([
    ['off', 'rule scheduler is off'],
    ['observe', 'rule scheduler would act, but only observes: leaf2:eth'],
  ])(
    'a starved queue stays starved with the rule on %s, and the incident says so',
    async (mode, note) => {
      const text = textOf('starved-queue.yaml')
        .replace('durationMs: 100000', 'durationMs: 45000')
        .replace('overrides:\n', `overrides:\n      rules: { scheduler: { mode: ${mode} } }\n`);
      const scenario = unwrap(buildScenario(unwrap(parseScenario(text)), { readText }));
      const { result } = unwrap(await runScenario(scenario, { loop: 'on' }));
      expect(result.changes).toEqual([]);
      expect(result.incidents[0]).toMatchObject({ rule: 'scheduler', state: 'open' });
      expect(result.incidents[0]?.note).toContain(note);
      const images = result.measures.find(({ workload }) => workload === 'images');
      expect(images?.windows.end.p95).toBeGreaterThan(25);
    },
    300_000,
  );
});
