import type { DecisionDifference } from '@weir/runtime';
import type { Style } from '../output/style';
import { time } from '../output/units';
import { shadowTable } from '../views/scores-text';
import type { BacktestReport } from './backtest';
import type { JournalComparison } from './from-journal';
import type { FileComparison, FileReplay } from './replay';

const SHOWN = 300;
/** Records are long; their beginning says what they are. */
const short = (text: string): string =>
  text.length > SHOWN ? `${text.slice(0, SHOWN)}... (${text.length} characters)` : text;

const unfinished = (complete: boolean): string[] =>
  complete ? [] : ['  the recording was not ended: a process ended in the middle of it'];

export function replayText(replays: readonly FileReplay[], style: Style): string {
  return replays
    .flatMap((item) => [
      `${item.identical ? style.good('identical') : style.bad('differs')} ${item.file}`,
      `  ${item.events} events from ${time(item.fromMs)} to ${time(item.toMs)}, ` +
        `${item.records} records, ${item.keyframes} states compared, recorded by ${item.version}`,
      ...unfinished(item.complete),
      ...(item.failed === null ? [] : [`  the engine stopped here: ${item.failed}`]),
      ...(item.difference === null
        ? []
        : [
            `  first difference: ${item.difference.what} of event ${item.difference.event}, ` +
              time(item.difference.atMs),
            `    recorded: ${short(item.difference.recorded)}`,
            `    replayed: ${short(item.difference.replayed)}`,
          ]),
    ])
    .join('\n');
}

export function comparisonText(comparisons: readonly FileComparison[], style: Style): string {
  return comparisons
    .flatMap((item) => [
      item.differences.length === 0
        ? `${style.good('same decisions')} ${item.file}`
        : `${style.warn('other decisions')} ${item.file}`,
      `  ${item.events} events from ${time(item.fromMs)} to ${time(item.toMs)}`,
      ...unfinished(item.complete),
      `  - ${item.recordedPolicies.join(', ')}`,
      `  + ${item.policy}`,
      `  ${item.same} decisions are the same, ${item.differences.length} differ`,
      ...differenceLines(item.differences),
    ])
    .join('\n');
}

function differenceLines(differences: readonly DecisionDifference[]): string[] {
  const open = differences.findIndex((item) => item.openLoop);
  const lines = differences.map(({ atMs, by, decision }) => {
    const { what, objective, rule, action, mode, refusal } = decision;
    const parts = [
      rule === null ? '' : `rule ${rule}`,
      action ?? '',
      mode === null ? '' : `mode ${mode}`,
      refusal,
    ].filter((part) => part !== '');
    return `  ${by === 'recorded' ? '-' : '+'} ${time(atMs)} ${what} ${objective}: ${parts.join('; ')}`;
  });
  if (open < 0) return lines;
  lines.splice(
    open,
    0,
    '  open loop: what follows is measured under the recorded decisions, and does not answer to the others',
  );
  return lines;
}

export function backtestText(report: BacktestReport): string {
  const events = report.recordings.reduce((sum, item) => sum + item.events, 0);
  const sides = [
    ['tested', report.tested],
    ['in force when recorded', report.inForce],
  ] as const;
  return [
    `${report.recordings.length} recordings, ${events} events; every rule decided, nothing was carried out`,
    ...sides.flatMap(([name, side]) => [
      '',
      `${name}: ${side.policy}`,
      side.scores.length === 0 ? 'no decision' : shadowTable(side.scores).trimEnd(),
      ...openNote(side.decisions.filter((item) => item.score === null).length),
    ]),
  ].join('\n');
}

const openNote = (open: number): string[] =>
  open === 0 ? [] : [`${open} decisions have no score: their recording ends before they were due`];

export function journalText({ directory, policy, decisions }: JournalComparison): string {
  const differing = decisions.filter((item) => item.differs);
  return [
    `${decisions.length} decisions of rules in ${directory}; under ${policy} the first condition ` +
      `that holds is another one for ${differing.length}`,
    ...differing.map(
      ({ atMs, change, objective, recorded, policy: other }) =>
        `  ${time(atMs)} ${change} ${objective}: ${recorded} then, ${other ?? 'no rule'} now`,
    ),
    'conditions only, on the facts of each diagnosis: whether it would have gained enough or been ' +
      'allowed takes a recording',
  ].join('\n');
}
