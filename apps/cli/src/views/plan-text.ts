import type { ChangeView, DeviceDiffView, PlanView } from '@weir/contracts';
import type { Style } from '../output/style';
import { millis, percent, signedPercent, time } from '../output/units';
import { remedyOf } from './remedy';

type Leaf = DeviceDiffView['leaves'][number];

/** `+ path: after`, `- path: before`, `~ path: before -> after`. */
function leafLine({ before, after }: Leaf, path: string, style: Style): string {
  if (before === null) return style.good(`+ ${path}: ${String(after)}`);
  if (after === null) return style.bad(`- ${path}: ${String(before)}`);
  return style.warn(`~ ${path}: ${String(before)} -> ${String(after)}`);
}

/** Path of the list entry that a leaf belongs to, empty when it is in none. */
function entryOf(path: string): string {
  let end = 0;
  // A bracket inside a key value is escaped by a backslash.
  for (const match of path.matchAll(/\[(?:[^\]\\]|\\.)*\](?=\/)/g))
    end = match.index + match[0].length;
  return path.slice(0, end);
}

/** Leaves of one list entry under its path: the paths of real devices are long and much alike. */
function leafLines(leaves: readonly Leaf[], style: Style): string[] {
  const lines: string[] = [];
  let entry = '';
  for (const leaf of leaves) {
    const own = entryOf(leaf.path);
    if (own !== entry && own !== '') lines.push(own);
    entry = own;
    lines.push(
      own === ''
        ? leafLine(leaf, leaf.path, style)
        : `  ${leafLine(leaf, leaf.path.slice(own.length + 1), style)}`,
    );
  }
  return lines;
}

/** What is written to each device, two spaces in. */
export const diffLines = (diffs: readonly DeviceDiffView[], style: Style): string[] =>
  diffs.flatMap((diff) => [
    `  ${style.strong(diff.device)}`,
    ...leafLines(diff.leaves, style).map((line) => `    ${line}`),
  ]);

function riskText(plan: PlanView, style: Style): string {
  const { level, reasons } = plan.risk;
  const paint = level === 'low' ? style.good : level === 'medium' ? style.warn : style.bad;
  return `${paint(level)}${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}`;
}

const checkLine = (check: PlanView['checks'][number], style: Style): string => {
  const detail = check.detail ? `: ${check.detail}` : '';
  if (check.passed) return `  ${style.good('ok')}      ${check.name}${detail}`;
  const remedy = remedyOf(check.code ?? '');
  const line = `  ${style.bad('refused')} ${check.name}${check.code ? ` [${check.code}]` : ''}${detail}`;
  return remedy === '' ? line : `${line}\n          ${remedy}`;
};

const listed = (items: readonly string[]): string => (items.length > 0 ? items.join(', ') : 'none');

/** In which order the devices are written; rolling back goes the other way. */
function stageLines({ stages }: PlanView): string[] {
  if (stages.length < 2) return [`  devices in order: ${stages[0]?.join(' ') ?? 'none'}`];
  return [
    `  devices in ${stages.length} stages, each after proof of the one before:`,
    ...stages.map((stage, i) => `    ${i + 1}  ${stage.join(' ')}`),
  ];
}

/** What would be written, how it would be undone, what is expected of it, and what speaks against it. */
export function planText(plan: PlanView, style: Style): string {
  const { predicted, touches } = plan;
  return [
    style.strong('Would change'),
    ...diffLines(plan.diffs, style),
    style.strong('Would be undone by'),
    ...diffLines(plan.inverse, style),
    style.strong('Expected'),
    `  ${predicted.explanation}`,
    `  gain ${signedPercent(predicted.gainRatio)} (+/- ${percent(predicted.uncertaintyRatio)}), ` +
      `hottest link ${percent(predicted.maxUtilizationBefore)} -> ` +
      percent(predicted.maxUtilizationAfter),
    style.strong('Touches'),
    `  disruption: ${plan.disruption}`,
    ...stageLines(plan),
    `  links: ${listed(touches.links)}`,
    `  prefixes: ${listed(touches.prefixes)}`,
    `  workloads: ${listed(touches.workloads)}`,
    style.strong('Checks'),
    ...plan.checks.map((check) => checkLine(check, style)),
    `Risk: ${riskText(plan, style)}`,
    `Plan hash: ${plan.hash}`,
    `Base: ${plan.baseHash}  topology: ${plan.topologyRevision}`,
  ].join('\n');
}

/** The first lines of a change: what it is, why, and where it stands. */
export function changeHead(change: ChangeView, style: Style): string {
  const origin = change.rule ?? change.intent ?? change.origin;
  return [
    `${style.strong(change.id)}  ${change.action.type}  ${change.state}  (${origin}, ${change.mode})`,
    ...(change.reason ? [`  ${change.reason}`] : []),
  ].join('\n');
}

function verdictLines(change: ChangeView, style: Style): string[] {
  const { verdict } = change;
  if (!verdict) return [];
  const { good, bad, warn } = style;
  const paint = { improved: good, 'no-effect': warn, harmed: bad, inconclusive: warn };
  return [
    style.strong('Measured'),
    `  ${paint[verdict.verdict](verdict.verdict)}: ${millis(verdict.beforeMs)} -> ` +
      `${millis(verdict.afterMs)}, effect ${signedPercent(verdict.effectRatio)} ` +
      `(p = ${verdict.pValue.toPrecision(2)}, ${verdict.samples} samples)`,
    ...verdict.evidence.map((line) => `  ${line}`),
  ];
}

function deviceLines(change: ChangeView): string[] {
  return Object.entries(change.devices).map(([device, state]) => {
    const timer = state.commitConfirmed
      ? ', reverts by itself'
      : state.commitId
        ? ', no commit-confirmed here: undone by the timer of Weir'
        : '';
    return `  ${device}: ${state.progress}${timer}${state.lastError ? `, ${state.lastError}` : ''}`;
  });
}

/** Everything about one change, for `weir describe change`. */
export function changeText(change: ChangeView, style: Style): string {
  const times = Object.entries(change.times).map(
    ([stage, ms]) => `  ${stage}: ${time(ms as number)}`,
  );
  const facts = [
    ['cause', change.cause],
    ['incident', change.incident],
    ['intent', change.intent],
    ['objective', change.objectiveId],
    ['approved by', change.approvedBy],
    ['left as found', change.adopted ?? null],
    ['plan expires', time(change.expiresMs)],
    ['undone unless renewed by', change.leaseUntilMs === null ? null : time(change.leaseUntilMs)],
    ['undone unless confirmed by', change.deadlineMs === null ? null : time(change.deadlineMs)],
  ].filter(([, value]) => value !== null);
  return [
    changeHead(change, style),
    ...facts.map(([name, value]) => `  ${name}: ${value}`),
    ...verdictLines(change, style),
    ...(times.length > 0 ? [style.strong('Times'), ...times] : []),
    ...(Object.keys(change.devices).length > 0
      ? [style.strong('Devices'), ...deviceLines(change)]
      : []),
    planText(change.plan, style),
    '',
  ].join('\n');
}
