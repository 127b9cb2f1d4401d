import { table } from '../../output/table';
import type { DecisionsReport, Figure, Row, Section } from './report';

/** The report for people. */
export const decisionsText = (report: DecisionsReport): string =>
  [
    ...report.sections.map(sectionText),
    `seed: ${report.seed}${report.full ? '' : '; a sample of the data, --full takes all of it'}`,
    `targets: ${outcome(report)}`,
  ].join('\n\n');

function outcome({ met, sections }: DecisionsReport): string {
  const judged = sections.some(({ figures }) => figures.some((one) => one.met !== null));
  if (!judged) return 'none was judged';
  return met ? 'all met' : 'not all met';
}

const sectionText = ({ name, tables, figures, skipped, method }: Section): string =>
  [
    `# ${name}`,
    ...tables.map(({ title, rows }) => `${title}\n${rowsText(rows)}`),
    ...(figures.length === 0 ? [] : [table(FIGURE_COLUMNS, figures, false).trimEnd()]),
    ...skipped.map((one) => `skipped: ${one.name}: ${one.reason}`),
    ...method.map((line) => `- ${line}`),
  ].join('\n');

function rowsText(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {}).map((title) => ({
    title,
    text: (row: Row) => cell(row[title] ?? null),
  }));
  return table(columns, rows, false).trimEnd();
}

const FIGURE_COLUMNS = [
  { title: 'figure', text: ({ name }: Figure) => name },
  { title: 'got', text: ({ got }: Figure) => short(got) },
  { title: 'target', text: targetText },
  { title: '', text: ({ met }: Figure) => (met === null ? '' : met ? 'met' : 'NOT MET') },
];

function targetText({ target }: Figure): string {
  if (target === null) return '';
  return 'atMost' in target ? `<= ${short(target.atMost)}` : `>= ${short(target.atLeast)}`;
}

const cell = (value: string | number | null): string =>
  typeof value === 'number' ? short(value) : (value ?? '');

const short = (value: number): string => `${Number(value.toPrecision(4))}`;
