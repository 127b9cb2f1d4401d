import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { minMaxUtilization, mluOf } from '@weir/algorithms';
import { seededRandom } from '@weir/core/base';
import { highsSolver } from '../model/solver';
import { readTeData } from '../model/te-data';
import { decisionsText, runDecisions } from '.';
import { degradedFabric } from './solver/instance';
import { linearProgram } from './solver/linear-program';
import { askHighs } from './solver/oracle';
import { metaSet } from './te/meta-set';
import { readRepetita } from './te/repetita-set';

const FIXTURES = resolve(__dirname, '../../../../../test/fixtures');
const FABRIC = { spines: 4, leaves: 6, commodities: 40 };
const bench = (data: string, only: string[] | null) =>
  runDecisions({ data, only, full: false, seed: 1, progress: () => undefined, now: () => 0 });

describe('the sets of the Meta format', () => {
  const sets = (readTeData(FIXTURES) ?? []).map(metaSet);

  it.each(sets.map((set) => [set.name, set] as const))(
    'our optimum of %s is the published one',
    (_, { problem, matrices, optima }) => {
      expect(matrices).toHaveLength(8);
      matrices.forEach((demand, at) => {
        const { mlu, lowerBound } = minMaxUtilization(problem, demand);
        const published = optima?.[at] ?? NaN;
        expect(mlu / published).toBeGreaterThan(1 - 1e-4);
        expect(mlu / published).toBeLessThan(1.001);
        expect(lowerBound / published).toBeLessThan(1 + 1e-4);
      });
    },
  );

  it('have a direct tunnel for each pair as the shortest', () => {
    for (const { problem, shortest } of sets)
      shortest.forEach((share, path) => {
        if (share === 1) expect(problem.linkStart[path + 1]! - problem.linkStart[path]!).toBe(1);
      });
  });
});

describe('degraded fabrics', () => {
  it('are the same for the same seed, and solved to what HiGHS finds', async () => {
    const solve = await highsSolver();
    for (const seed of [1, 2, 3, 4, 5]) {
      const { problem, demand } = degradedFabric(seededRandom(seed), FABRIC);
      expect(degradedFabric(seededRandom(seed), FABRIC).demand).toEqual(demand);
      const { split, mlu, lowerBound } = minMaxUtilization(problem, demand);
      const optimum = solve(linearProgram(problem, demand));
      expect(mlu / optimum).toBeGreaterThan(1 - 1e-6);
      expect(mlu / optimum).toBeLessThan(1.002);
      expect(lowerBound).toBeLessThanOrEqual(optimum * (1 + 1e-6));
      expect(mluOf(problem, demand, split)).toBeCloseTo(mlu, 9);
    }
  });

  it('are solved by HiGHS in its thread, or not in time', async () => {
    const { problem, demand } = degradedFabric(seededRandom(1), FABRIC);
    const program = linearProgram(problem, demand);
    const answer = await askHighs(program, 60_000);
    expect(answer.status).toBe('Optimal');
    expect(answer.optimum).toBeCloseTo(minMaxUtilization(problem, demand).mlu, 3);
    expect(await askHighs(program, 1, 0)).toMatchObject({ optimum: null });
  });
});

describe('the sets of REPETITA', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-decisions-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const graph = [
    'NODES 3',
    'label x y',
    ...['a 0 0', 'b 0 0', 'c 0 0'],
    '',
    'EDGES 4',
    'label src dest weight bw delay',
    ...['e0 0 1 1 100 1', 'e1 0 2 1 100 1', 'e2 2 1 1 50 1', 'e3 1 0 1 100 1'],
  ];
  const demands = (volume: number): string =>
    `DEMANDS 2\nlabel src dest bw\nd0 0 1 ${volume}\nd1 1 0 10\n`;

  beforeAll(() => {
    mkdirSync(join(folder, 'sets'));
    writeFileSync(join(folder, 'sets', 'tiny.graph'), graph.join('\n'));
    writeFileSync(join(folder, 'sets', 'lone.graph'), graph.join('\n'));
    for (let at = 10; at < 26; at++)
      writeFileSync(join(folder, 'sets', `tiny.00${at}.demands`), demands(60 + at));
  });

  it('are read with their shortest paths as tunnels', () => {
    const { sets, skipped } = readRepetita(folder);
    expect(skipped).toEqual([{ name: 'lone', reason: 'no lone.*.demands beside it' }]);
    const [tiny] = sets;
    expect(tiny?.matrices.map((demand) => demand[0])).toEqual(
      Array.from({ length: 16 }, (_, i) => 70 + i),
    );
    expect([...(tiny?.shortest ?? [])]).toEqual([1, 0, 1]);
    // 70 over 100 and 50: both ways used to the same degree.
    expect(minMaxUtilization(tiny!.problem, tiny!.matrices[0]!).mlu).toBeCloseTo(70 / 150, 4);
  });

  it('are judged from what was before only', async () => {
    const report = await bench(folder, ['te']);
    const [te] = report.sections;
    expect(te?.tables[0]?.title).toBe('tiny: 2 commodities, 4 links, 4 of 16 matrices judged');
    const row = (policy: string) => te?.tables[0]?.rows.find((one) => one['policy'] === policy);
    // The direct link alone has 150 / 100 of what it would have with the help of the other way.
    expect(row('shortest path')?.['mean']).toBeCloseTo(1.5, 3);
    expect(row('last')?.['mean']).toBeCloseTo(1, 3);
    expect(row('weir')?.['p95']).toBeLessThan(1.05);
    expect(decisionsText(report)).toContain('skipped: Meta pods: no meta-pods in');
  });

  it('are refused with the file at fault', () => {
    writeFileSync(join(folder, 'sets', 'tiny.0099.demands'), 'DEMANDS 1\nlabel\nd0 0 7 1\n');
    expect(() => readRepetita(folder)).toThrow('no demand between two nodes: d0 0 7 1');
  });
});

describe('the report', () => {
  it('says what was skipped and why', async () => {
    const { sections } = await bench(FIXTURES, ['te']);
    expect(sections[0]?.skipped.map(({ name }) => name)).toEqual([
      'REPETITA',
      'Facebook_pod_a',
      'Facebook_pod_b',
    ]);
  });

  it('refuses a section that there is not', async () => {
    await expect(bench(FIXTURES, ['te', 'luck'])).rejects.toThrow('no section luck');
  });
});
