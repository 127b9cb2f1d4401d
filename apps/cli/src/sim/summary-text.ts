import type { ChangeResult, IncidentResult, MeasureResult, RunResult } from '@weir/closed-loop';
import type { Style } from '../output/style';
import { table, type Column } from '../output/table';
import { capacity, millis, percent, signedPercent } from '../output/units';

const seconds = (ms: number): string => `${Number((ms / 1000).toFixed(1))}s`;
const known = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? '-' : seconds(ms);

/** What people read at the end of a run: measures, incidents, changes, expectations. */
export function summaryText(result: RunResult, style: Style): string {
  const { scenario, fabric, seed, loop, bound, durationMs } = result;
  const what = bound ? 'only the hosts limit' : `loop ${loop}`;
  return [
    style.strong(`${scenario.name}${scenario.title === '' ? '' : `: ${scenario.title}`}`),
    `${fabric.switches} switches, ${fabric.links} links, ${fabric.hosts} hosts; ` +
      `${seconds(durationMs)}, seed ${seed}, ${what}`,
    '',
    table(measureColumns, result.measures, false).trimEnd(),
    ...section('Incidents', incidentColumns(style), result.incidents),
    ...section('Changes', changeColumns(style), result.changes),
    ...expectationLines(result, style),
    '',
    `digest ${result.digest.slice(0, 16)}`,
  ].join('\n');
}

function section<Item>(
  title: string,
  columns: readonly Column<Item>[],
  items: readonly Item[],
): string[] {
  if (items.length === 0) return ['', `${title}: none`];
  return ['', title, table(columns, items, false).trimEnd()];
}

const valueText = (measure: MeasureResult, value: number | null): string => {
  if (value === null) return '-';
  return measure.unit === 'bps' ? `${capacity(Number(value.toPrecision(3)))}b/s` : millis(value);
};

const measureColumns: readonly Column<MeasureResult>[] = [
  { title: 'workload', text: (measure) => measure.workload },
  {
    title: 'measure',
    text: ({ metric, quantile }) =>
      metric === 'throughput' ? metric : `${metric} p${Number((quantile * 100).toFixed(1))}`,
  },
  { title: 'before', text: (measure) => valueText(measure, measure.windows.before.headline) },
  { title: 'evaluated', text: (m) => valueText(m, m.windows.evaluation.headline) },
  { title: 'at the end', text: (measure) => valueText(measure, measure.windows.end.headline) },
  {
    title: 'end against before',
    text: ({ windows: { before, end } }) =>
      before.headline === null || end.headline === null || before.headline === 0
        ? '-'
        : signedPercent(end.headline / before.headline - 1),
  },
];

const incidentColumns = (style: Style): readonly Column<IncidentResult>[] => [
  { title: 'incident', text: ({ id }) => id },
  { title: 'objective', text: ({ objective }) => objective },
  { title: 'seen', text: ({ observedMs }) => seconds(observedMs) },
  { title: 'detected', text: ({ detectedMs }) => seconds(detectedMs) },
  { title: 'closed', text: ({ closedMs }) => known(closedMs) },
  {
    title: 'cause',
    text: ({ causes: [first] }) =>
      first === undefined ? '-' : `${style.strong(first.name)} (${percent(first.score, 0)})`,
  },
  { title: 'at', text: ({ causes: [first] }) => first?.at ?? '-' },
];

const changeColumns = (style: Style): readonly Column<ChangeResult>[] => [
  { title: 'change', text: ({ id }) => id },
  { title: 'by', text: ({ rule, origin }) => rule ?? origin },
  { title: 'action', text: ({ action }) => action },
  { title: 'applied', text: ({ times, applied }) => (applied ? known(times.applied) : '-') },
  { title: 'verdict', text: ({ verdict }) => verdict?.verdict ?? '-' },
  {
    title: 'measured',
    text: ({ verdict }) => (verdict === null ? '-' : signedPercent(verdict.effectRatio)),
  },
  { title: 'outcome', text: ({ outcome, state }) => (outcome === 'not-applied' ? state : outcome) },
  {
    title: 'truly',
    text: ({ truth }) =>
      truth === null
        ? '-'
        : `${truth.effect}${truth.effectRatio === null ? '' : ` ${signedPercent(truth.effectRatio)}`}`,
  },
  {
    title: 'score',
    text: ({ score }) =>
      score === null ? '-' : score === 'right' ? style.good(score) : style.warn(score),
  },
];

function expectationLines({ expectations }: RunResult, style: Style): string[] {
  if (expectations.length === 0) return [];
  const missed = expectations.filter((item) => !item.passed).length;
  return [
    '',
    `Expectations: ${expectations.length - missed} met, ${missed} missed`,
    ...expectations.map(({ path, expected, actual, passed }) =>
      passed
        ? `${style.good('ok')}     ${path}: ${expected}, is ${actual}`
        : `${style.bad('MISSED')} ${path}: ${expected}, is ${actual}`,
    ),
  ];
}
