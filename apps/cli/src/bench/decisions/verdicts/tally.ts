import { figure, type Figure, type Row, type Section } from '../report';
import { rateOf, type Rate } from './rate';
import type { JudgedChange, VerdictRun } from './run';

const is =
  (score: JudgedChange['score']) =>
  (change: JudgedChange): boolean =>
    change.score === score;
const kept = ({ outcome }: JudgedChange): boolean => outcome === 'kept';
const undone = ({ outcome }: JudgedChange): boolean => outcome === 'undone';
const onTrial = ({ outcome }: JudgedChange): boolean => outcome === 'on-trial';
/** While it was judged. */
const good = ({ effect }: JudgedChange): boolean => effect === 'improved';
/** From the verdict on: what a verdict decides about is the time after it. */
const onward = ({ later, effect }: JudgedChange): JudgedChange['effect'] => later ?? effect;
const goodOnward = (change: JudgedChange): boolean => onward(change) === 'improved';

/** Brings the runs together. Every rate is shown with what it is counted of. */
export function tally(runs: readonly VerdictRun[]): Pick<Section, 'tables' | 'figures'> {
  const changes = runs.flatMap((run) => run.changes);
  const settled = changes.filter((change) => kept(change) || undone(change));
  const trials = changes.filter(onTrial);
  const rates = ratesOf(runs, settled);
  return {
    tables: [
      { title: `verdicts on ${settled.length} changes`, rows: rates.map(rateRow) },
      { title: 'by what was wrong', rows: byCause(runs) },
      { title: 'by rule', rows: byRule(settled) },
      ...errorTable(runs),
    ],
    figures: [
      ...rates.flatMap(({ name, rate, target }): Figure[] =>
        target === null || Number.isNaN(rate.ratio) ? [] : [figure(name, rate.ratio, target)],
      ),
      figure('settled changes of which the truth is known', settled.length),
      figure('taken back on trial, and made again or not judged yet', trials.length),
      figure(
        'changes still open at the end of their run',
        changes.length - settled.length - trials.length,
      ),
    ],
  };
}

/** Where nothing was needed, what did no good; whoever was helped there needed it after all. */
const needlessOf = ({ treatable, changes }: VerdictRun): readonly JudgedChange[] =>
  treatable ? [] : changes.filter((change) => !good(change));

interface NamedRate {
  readonly name: string;
  readonly rate: Rate;
  /** What it is counted of. */
  readonly of: string;
  readonly target: Figure['target'];
}

function ratesOf(runs: readonly VerdictRun[], settled: readonly JudgedChange[]): NamedRate[] {
  const share = (
    name: string,
    of: string,
    which: (change: JudgedChange) => boolean,
    among: (change: JudgedChange) => boolean,
    target: Figure['target'] = null,
  ): NamedRate => {
    const all = settled.filter(among);
    return { name, rate: rateOf(all.filter(which).length, all.length), of, target };
  };
  const calm = runs.filter(({ treatable }) => !treatable);
  const needless = calm.flatMap(needlessOf);
  const everything = runs.flatMap((run) => run.changes);
  return [
    share('kept but harmful', 'kept changes', is('kept-but-harmful'), kept, { atMost: 0 }),
    share('kept but useless', 'kept changes', is('kept-but-useless'), kept),
    share('undone but good', 'changes that go on to do good', undone, goodOnward, {
      atMost: 0.05,
    }),
    share('undone, and good while it was judged', 'changes that did good', undone, good, {
      atMost: 0.05,
    }),
    share(
      'kept, and of no more use from the verdict on',
      'kept changes',
      (change) => onward(change) === 'no-effect',
      kept,
    ),
    share(
      'kept, and harmful from the verdict on',
      'kept changes',
      (change) => onward(change) === 'harmed',
      kept,
    ),
    {
      name: 'needless changes',
      rate: rateOf(needless.length, everything.length),
      of: 'changes made',
      target: { atMost: 0.01 },
    },
    {
      name: 'runs with a needless change',
      rate: rateOf(calm.filter((run) => needlessOf(run).length > 0).length, calm.length),
      of: 'runs that need no change',
      target: null,
    },
    share('kept and right', 'kept changes', is('right'), kept),
    share('undone and right', 'undone changes', is('right'), undone),
  ];
}

const percent = (ratio: number): string =>
  Number.isNaN(ratio) ? '-' : `${(ratio * 100).toFixed(1)} %`;

const rateRow = ({ name, rate, of }: NamedRate): Row => ({
  what: name,
  count: rate.count,
  of: rate.of,
  which: of,
  share: percent(rate.ratio),
  '95 % interval': `${percent(rate.low)} to ${percent(rate.high)}`,
});

function byCause(runs: readonly VerdictRun[]): Row[] {
  const name = ({ task }: VerdictRun): string =>
    task.course === 'passes' ? `${task.cause}, passes` : task.cause;
  return [...new Set(runs.map(name))].sort().map((cause) => {
    const own = runs.filter((run) => name(run) === cause);
    const changes = own.flatMap((run) => run.changes);
    return {
      cause,
      runs: own.length,
      incidents: own.reduce((sum, run) => sum + run.incidents, 0),
      ...countsOf(changes),
    };
  });
}

const byRule = (changes: readonly JudgedChange[]): Row[] =>
  [...new Set(changes.map(({ rule }) => rule))]
    .sort()
    .map((rule) => ({ rule, ...countsOf(changes.filter((change) => change.rule === rule)) }));

const countsOf = (changes: readonly JudgedChange[]): Row => ({
  changes: changes.length,
  good: changes.filter(good).length,
  kept: changes.filter(kept).length,
  useless: changes.filter(is('kept-but-useless')).length,
  harmful: changes.filter(is('kept-but-harmful')).length,
  undone: changes.filter(undone).length,
  'undone good': changes.filter((change) => undone(change) && goodOnward(change)).length,
});

const ratio = (value: number | null): string => (value === null ? '-' : percent(value));

/** Each judgement that was wrong, so that it can be played again by its seed. */
function errorTable(runs: readonly VerdictRun[]): Section['tables'] {
  const rows = runs.flatMap((run) => {
    const needless = needlessOf(run);
    const isWrong = (change: JudgedChange): boolean =>
      needless.includes(change) ||
      (undone(change) && goodOnward(change)) ||
      (change.score !== 'right' && change.score !== 'unsettled');
    const { cause, course, number } = run.task;
    return run.changes.filter(isWrong).map((change): Row => ({
      incident: `${cause} ${course} ${number}`,
      rule: change.rule,
      score: needless.includes(change) ? `needless, ${change.score}` : change.score,
      verdict: change.verdict,
      measured: ratio(change.measuredRatio),
      true: ratio(change.trueRatio),
      'from the verdict on': change.later,
      why: change.why.join('; '),
    }));
  });
  return rows.length === 0 ? [] : [{ title: 'judged wrong', rows }];
}
