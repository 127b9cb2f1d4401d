import { table } from '../../output/table';
import { MEASURES } from './figures';
import type { Interval } from './interval';
import type { OutcomesReport } from './report';
import type { MeasureRow, ScenarioSummary } from './summary';
import type { TargetResult } from './targets';

/** The report for people: a table for each scenario, then the targets. */
export function outcomesText(report: OutcomesReport): string {
  const parts = report.scenarios.map(scenarioText);
  if (report.targets.length > 0) parts.push(targetsText(report.targets));
  if (report.failed.length > 0)
    parts.push(
      `runs that failed:\n${report.failed
        .map(({ task, error }) => `- ${task.file} seed ${task.seed} ${task.variant}: ${error}`)
        .join('\n')}`,
    );
  const { cpu, cores, node } = report.machine;
  parts.push(`machine: ${cpu}, ${cores} cores, node ${node}`);
  parts.push(report.method.map((line) => `- ${line}`).join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function scenarioText(summary: ScenarioSummary): string {
  const settled = new Map(summary.windows.settled.map((row) => [keyOf(row), row]));
  const columns = [
    { title: 'workload', text: (row: MeasureRow) => row.workload || 'fabric' },
    { title: 'measure', text: nameOf },
    { title: 'off', text: (row: MeasureRow) => valueText(row, row.values.off) },
    { title: 'on', text: (row: MeasureRow) => valueText(row, row.values.on) },
    { title: 'bound', text: (row: MeasureRow) => valueText(row, row.values.bound) },
    { title: 'change', text: (row: MeasureRow) => changeText(row.gained) },
    { title: 'possible', text: (row: MeasureRow) => changeText(row.possible) },
    { title: 'settled off', text: (row: MeasureRow) => last(row, settled, 'off') },
    { title: 'settled on', text: (row: MeasureRow) => last(row, settled, 'on') },
    {
      title: 'settled change',
      text: (row: MeasureRow) => changeText(settled.get(keyOf(row))?.gained ?? null),
    },
  ];
  return [
    `${summary.scenario}: ${summary.title} (${summary.runs.on} seeds)`,
    table(columns, summary.windows.incident, false).trimEnd(),
    `changes ${numbers(summary.changesMade)}, undone ${numbers(summary.changesRolledBack)}; ` +
      `against the truth: ${listed(summary.scores)}`,
    `first cause named: ${listed(summary.causes)}`,
    expectations(summary),
  ].join('\n');
}

function last(
  row: MeasureRow,
  settled: ReadonlyMap<string, MeasureRow>,
  variant: 'off' | 'on',
): string {
  const same = settled.get(keyOf(row));
  return same === undefined ? '-' : valueText(same, same.values[variant]);
}

function expectations({ unmet, runs }: ScenarioSummary): string {
  if (unmet.length === 0) return 'expectations of the file: all held';
  const seeds = new Set(unmet.map(({ seed }) => seed));
  const kinds = new Map<string, number>();
  for (const { what } of unmet) kinds.set(what, (kinds.get(what) ?? 0) + 1);
  const lines = [...kinds].map(([what, count]) => `  ${count} x ${what}`);
  return [
    `expectations of the file: not all held in ${seeds.size} of ${runs.on} seeds`,
    ...lines,
  ].join('\n');
}

function targetsText(targets: readonly TargetResult[]): string {
  const columns = [
    { title: 'target', text: (item: TargetResult) => item.target },
    { title: 'wanted', text: (item: TargetResult) => item.wanted },
    { title: 'incident', text: (item: TargetResult) => reached(item, 'incident') },
    { title: 'settled', text: (item: TargetResult) => reached(item, 'settled') },
  ];
  return table(columns, targets, false).trimEnd();
}

function reached(item: TargetResult, window: 'incident' | 'settled'): string {
  const { value, reached: met } = item[window];
  if (value === null) return 'not measured';
  const shown = item.unit === 'ms' || item.unit === 'count' ? compact(value) : percent(value);
  return `${shown} ${met === true ? 'reached' : 'missed'}`;
}

const keyOf = ({ workload, measure }: MeasureRow): string => `${workload}/${measure}`;

function nameOf({ measure }: MeasureRow): string {
  const { unit } = MEASURES[measure];
  return unit === 'ratio' ? measure : `${measure} ${unit}`;
}

function valueText({ measure }: MeasureRow, interval: Interval | null): string {
  if (interval === null) return '-';
  const scale = MEASURES[measure].unit === 'ratio' ? 100 : 1;
  const unit = scale === 100 ? ' %' : '';
  const half = interval.half === null ? '' : ` ± ${compact(interval.half * scale)}`;
  return `${compact(interval.mean * scale)}${half}${unit}`;
}

function changeText(interval: Interval | null): string {
  if (interval === null) return '-';
  const half = interval.half === null ? '' : ` ± ${compact(interval.half * 100)}`;
  return `${interval.mean > 0 ? '+' : ''}${compact(interval.mean * 100)}${half} %`;
}

const percent = (ratio: number): string => `${compact(ratio * 100)} %`;

const numbers = (interval: Interval | null): string =>
  interval === null
    ? '-'
    : `${compact(interval.mean)}${interval.half === null ? '' : ` ± ${compact(interval.half)}`}`;

function listed(found: Readonly<Record<string, number>>): string {
  const parts = Object.entries(found)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${name} ${count}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}

/** Three significant digits, without an exponent; large numbers whole. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || size === 0) return String(Math.round(value));
  const digits = Math.max(0, 2 - Math.floor(Math.log10(size)));
  return digits > 6 ? '0' : String(Number(value.toFixed(Math.min(digits, 4))));
}
