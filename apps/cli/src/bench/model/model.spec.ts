import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hederaPatternChecks, teOptimumCheck, type ModelCheck } from '@weir/sim';
import { readPatterns } from './pattern-data';
import { highsSolver } from './solver';
import { readTeData } from './te-data';
import { modelText } from './text';

const FIXTURES = resolve(__dirname, '../../../../../test/fixtures');
const failures = (checks: readonly ModelCheck[]) => checks.filter(({ passed }) => !passed);

describe('the published optimum of traffic engineering', () => {
  it('is what the linear program finds', async () => {
    const data = readTeData(FIXTURES) ?? [];
    expect(data.map(({ name, samples }) => [name, samples.length])).toEqual([
      ['Facebook_pod_a', 8],
      ['Facebook_pod_b', 8],
    ]);
    const solve = await highsSolver();
    const checks = data.map(({ name, network, samples }) =>
      teOptimumCheck(name, network, samples, solve),
    );
    expect(failures(checks)).toEqual([]);
  });

  it('is off when one optimum is, or when nothing is found', async () => {
    const [pod] = readTeData(FIXTURES) ?? [];
    if (pod === undefined) throw new Error('the sample has a pod');
    const solve = await highsSolver();
    const wrong = pod.samples.map((sample, at) =>
      at === 3 ? { ...sample, optimum: sample.optimum * 1.0003 } : sample,
    );
    expect(teOptimumCheck('wrong', pod.network, wrong, solve).passed).toBe(false);
    expect(teOptimumCheck('lost', pod.network, pod.samples, () => NaN).passed).toBe(false);
    expect(teOptimumCheck('empty', pod.network, [], solve).passed).toBe(false);
  });
});

describe('the patterns of Hedera', () => {
  const patterns = [...(readPatterns(FIXTURES) ?? [])];

  it('are six', () => expect(patterns).toHaveLength(6));

  it.each(patterns)('%s has its figures', (name, flows) => {
    expect(failures(hederaPatternChecks(name, flows))).toEqual([]);
  });
});

describe('without the data', () => {
  const empty = mkdtempSync(join(tmpdir(), 'weir-model-'));
  afterAll(() => rmSync(empty, { recursive: true }));

  it('nothing is read, and the report says so', () => {
    expect([readTeData(empty), readPatterns(empty)]).toEqual([null, null]);
    const skipped = [{ name: 'TE optimum', reason: 'no meta-pods' }];
    const text = modelText({ bench: 'model', passed: true, checks: [], skipped });
    expect(text).toContain('skipped: TE optimum: no meta-pods');
    expect(text).toContain('1 skipped');
  });
});
