import type { SeedResult } from '../run/seed-result';
import { coverageOf, SIMULATED_ROWS } from './coverage';
import { coverageText } from './coverage-text';

const OPTIONS = [
  { name: 'cut', rows: [1] },
  { name: 'lie', rows: [6, 15] },
];
const resultOf = (seed: number, part: Partial<SeedResult>): SeedResult => ({
  seed,
  options: ['cut', 'lie'],
  fired: {},
  violations: [],
  timelineHash: '',
  changes: { confirmed: 1 },
  virtualMs: 1,
  ...part,
});

describe('coverage of the fault matrix', () => {
  const coverage = coverageOf(
    [
      resultOf(1, { fired: { cut: 2, lie: 1 } }),
      resultOf(2, { fired: { cut: 3 }, violations: [{ invariant: 'I1', atMs: 1, what: '' }] }),
      resultOf(3, { options: ['lie'] }),
    ],
    OPTIONS,
  );
  const row = (wanted: number) => coverage.rows.find((item) => item.row === wanted);

  it('counts seeds that drew a row, that it hit, and that lived through it', () => {
    expect(row(1)).toEqual({ row: 1, options: ['cut'], drawn: 2, fired: 2, times: 5, survived: 1 });
    expect(row(15)).toMatchObject({ drawn: 3, fired: 1, times: 1, survived: 1 });
    expect(row(42)).toMatchObject({ drawn: 2, fired: 1, survived: 1 });
  });

  it('names the rows in which nothing has hit, and sums the ends of changes', () => {
    expect(coverage.missing).toEqual(
      SIMULATED_ROWS.filter((item) => ![1, 6, 15, 42].includes(item)),
    );
    expect(coverage.changes).toEqual({ confirmed: 3 });
  });

  it('is printed with one line for each row', () => {
    const lines = coverageText(coverage).split('\n');
    expect(lines).toHaveLength(SIMULATED_ROWS.length + 2);
    expect(lines[1]).toMatch(/^ +1 +2 +2 +5 +1 {2}cut$/);
    expect(lines.at(-1)).toMatch(/^never hit: rows 3, 4/);
  });
});
