import { table } from '../../output/table';
import type { ModelReport } from './model';

const short = (value: number): string => `${Number(value.toPrecision(4))}`;

/** The report for people. */
export function modelText(report: ModelReport): string {
  const { checks, skipped, passed } = report;
  type Check = ModelReport['checks'][number];
  const columns = [
    { title: 'check', text: (check: Check) => check.name },
    { title: 'expected', text: (check: Check) => short(check.expected) },
    { title: 'got', text: (check: Check) => short(check.got) },
    { title: 'error', text: (check: Check) => short(check.error) },
    { title: 'tolerance', text: (check: Check) => short(check.tolerance) },
    { title: '', text: (check: Check) => (check.passed ? 'ok' : 'OFF') },
  ];
  const off = checks.filter((check) => !check.passed).length;
  const verdict = passed ? 'all within their tolerance' : `${off} off`;
  const sources = [...new Set(checks.map(({ source }) => source))];
  return [
    table(columns, checks, false).trimEnd(),
    ...skipped.map(({ name, reason }) => `skipped: ${name}: ${reason}`),
    `${checks.length} checks, ${verdict}${skipped.length === 0 ? '' : `; ${skipped.length} skipped`}`,
    ...sources.map((source) => `- ${source}`),
  ].join('\n');
}
