import type { RuleScore } from '@weir/core/model';
import { table } from '../output/table';
import { percent, signedPercent } from '../output/units';

/** As the API gives it, or as a backtest makes it. */
type Score = Omit<RuleScore, 'rule'> & { readonly rule: string };

/** Decisions that turned out to be needed: the objective did not recover without them. */
const neededOf = ({ shadow }: Score): number => shadow.helped + shadow['no-gain'] + shadow.harmed;

/** What decisions that were not carried out would have been worth. */
export const shadowTable = (scores: readonly Score[]): string =>
  table(
    [
      { title: 'rule', text: ({ rule }) => rule },
      { title: 'group', text: ({ group }) => group },
      { title: 'decisions', text: ({ shadow }) => String(shadow.decided) },
      { title: 'needed', text: (score) => String(neededOf(score)) },
      { title: 'helped', text: ({ shadow }) => String(shadow.helped) },
      { title: 'no gain', text: ({ shadow }) => String(shadow['no-gain']) },
      { title: 'harmed', text: ({ shadow }) => String(shadow.harmed) },
      { title: 'not needed', text: ({ shadow }) => String(shadow['not-needed']) },
      { title: 'unknown', text: ({ shadow }) => String(shadow.unknown) },
    ],
    scores.filter(({ shadow }) => shadow.decided > 0),
    false,
  );

/** What changes that were carried out did. */
export const realTable = (scores: readonly Score[]): string =>
  table(
    [
      { title: 'rule', text: ({ rule }) => rule },
      { title: 'group', text: ({ group }) => group },
      { title: 'improved', text: ({ real }) => String(real.improved) },
      { title: 'no effect', text: ({ real }) => String(real['no-effect']) },
      { title: 'harmed', text: ({ real }) => String(real.harmed) },
      { title: 'inconclusive', text: ({ real }) => String(real.inconclusive) },
      { title: 'kept', text: ({ real }) => String(real.kept) },
      { title: 'undone', text: ({ real }) => String(real.undone) },
      { title: 'predicted', text: (score) => meanOf(score, 'predicted') },
      { title: 'measured', text: (score) => meanOf(score, 'measured') },
      { title: 'error', text: errorOf },
    ],
    scores.filter(({ real }) => real.kept + real.undone > 0),
    false,
  );

function meanOf({ calibration }: Score, what: 'predicted' | 'measured'): string {
  return calibration.count === 0 ? '' : signedPercent(calibration[what] / calibration.count);
}

const errorOf = ({ calibration: { count, squaredError } }: Score): string =>
  count === 0 ? '' : percent(Math.sqrt(squaredError / count));

/** Both, with what the words mean. */
export function scoresText(scores: readonly Score[]): string {
  const shadow = scores.some((score) => score.shadow.decided > 0);
  const real = scores.some((score) => score.real.kept + score.real.undone > 0);
  if (!shadow && !real) return 'no decision was scored yet\n';
  return [
    ...(real ? [`Changes that were carried out, as measured:\n${realTable(scores)}`] : []),
    ...(shadow
      ? [`Decisions that were not carried out, as they would have been:\n${shadowTable(scores)}`]
      : []),
  ].join('\n');
}
