import type { Coverage, RowCoverage } from './coverage';

const TITLES = ['ROW', 'DRAWN', 'FIRED', 'TIMES', 'SURVIVED', 'OPTIONS'];

/** The coverage as people read it: one line for each row of the fault matrix. */
export function coverageText(coverage: Coverage): string {
  const lines = [TITLES, ...coverage.rows.map(cells)];
  const widths = TITLES.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  const aligned = lines.map((line) =>
    line
      .map((cell, i) => (i < TITLES.length - 1 ? cell.padStart(widths[i] ?? 0) : cell))
      .join('  ')
      .trimEnd(),
  );
  const { missing } = coverage;
  const gaps = missing.length === 0 ? [] : [`never hit: rows ${missing.join(', ')}`];
  return [...aligned, ...gaps].join('\n');
}

const cells = ({ row, drawn, fired, times, survived, options }: RowCoverage): string[] => [
  ...[row, drawn, fired, times, survived].map(String),
  row === 42 ? 'several options at once' : options.join(', '),
];
