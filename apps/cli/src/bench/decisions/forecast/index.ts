/**
 * Forecasts of the traffic between each two nodes, online and from the past only, against the
 * simple methods that they compete with, and how often the interval holds what comes.
 */
import { figure, type Figure, type Row, type Section, type SectionContext } from '../report';
import { costRows } from './cost';
import { COVERAGE, METHODS, scoreSeries, type Method, type SeriesScore } from './score';
import { readSeries, type SeriesSet } from './series-data';

const HORIZONS = [1, 4, 12];

interface Scored {
  readonly set: SeriesSet;
  readonly horizon: number;
  readonly scores: readonly SeriesScore[];
}

/** Of the mean absolute scaled error on the Meta pods, one step ahead. */
const TARGET = 0.7;
/** Values that a series must have before targets are held against it. */
const LONG = 500;

const METHOD = [
  'MASE: mean absolute error over that of the last value at the same horizon, after 60 values of' +
    ' the series (a third of a short one); median over the series, one for each pair of nodes.',
  'Later: errors in the second half of a series over that of the last value in its first half,' +
    ' the scale of Hyndman and Koehler 2006, on which the last value itself is not 1; the target is' +
    ' held against both.',
  'Hindsight: distance from the median of the 500 values on either side of each, those after it' +
    ' included, on the scale of later: what no forecast of a level alone gets far below. Where it' +
    ' is above the target, what is left is noise around that level.',
  'Every forecast is made from values that came at least the horizon earlier.',
  `Coverage: share of all values that fell into the ${COVERAGE * 100} % interval around the` +
    ' forecast of the ensemble; worst: of the series with the lowest share.',
  'Holt is damped (level 0.2, trend 0.05, damping 0.9), EWMA has the gain 0.1, AR has order 6 and' +
    ' is fitted by recursive least squares.',
];

export const forecastSection = {
  name: 'forecast',
  run: (context: SectionContext): Promise<Section> => Promise.resolve(run(context)),
};

function run({ data, progress, seed, now }: SectionContext): Section {
  const { sets, skipped } = readSeries(data);
  const total = sets.reduce((sum, { series }) => sum + series.length, 0) * HORIZONS.length;
  let done = 0;
  const scored: Scored[] = sets.flatMap((set) =>
    HORIZONS.map((horizon) => ({
      set,
      horizon,
      scores: set.series.map((values) => {
        progress(done, total, `${set.name}, ${horizon} ahead`);
        done += 1;
        return scoreSeries(values, horizon);
      }),
    })),
  );
  if (total > 0) progress(total, total, 'done');
  const tables =
    total === 0
      ? []
      : [
          { title: 'median MASE by horizon', rows: scored.map(rowOf) },
          { title: 'cost in the loop', rows: costRows(seed, now) },
        ];
  return {
    name: 'forecast',
    method: METHOD,
    tables,
    figures: scored.flatMap(figuresOf),
    skipped: [...skipped, ...sets.filter((set) => !isLong(set)).map(shortOf)],
  };
}

function rowOf({ set, horizon, scores }: Scored): Row {
  const shares = scores.map(coverageOf).filter(Number.isFinite);
  return {
    set: set.name,
    series: set.series.length,
    horizon,
    ...Object.fromEntries(
      METHODS.map((method) => [method, medianOf(scores.map(({ mase }) => mase?.[method]))]),
    ),
    'last, later': laterOf(scores, 'last'),
    'ensemble, later': laterOf(scores, 'ensemble'),
    'hindsight, later': hindsightOf(scores),
    coverage: pooledCoverage(scores),
    worst: shares.length === 0 ? null : Math.min(...shares),
  };
}

function figuresOf({ set, horizon, scores }: Scored): Figure[] {
  const coverage = pooledCoverage(scores);
  const title = `${set.name}, ${horizon} ahead`;
  const mase = medianOf(scores.map((score) => score.mase?.ensemble));
  const later = laterOf(scores, 'ensemble');
  const hindsight = hindsightOf(scores);
  const wanted = set.metaPod && isLong(set);
  const target = wanted && horizon === 1 ? { atMost: TARGET } : null;
  return [
    ...(mase === null ? [] : [figure(`${title}: MASE of the ensemble`, mase, target)]),
    ...(later === null || hindsight === null || !wanted || horizon > 1
      ? []
      : [figure(`${title}: of the level in hindsight, later`, hindsight)]),
    ...(later === null ? [] : [figure(`${title}: MASE of the ensemble, later`, later, target)]),
    ...(coverage === null || !wanted
      ? []
      : [
          figure(`${title}: coverage`, coverage, { atLeast: 0.88 }),
          figure(`${title}: coverage, not more`, coverage, { atMost: 0.92 }),
        ]),
  ];
}

const lengthOf = ({ series }: SeriesSet): number => series[0]?.length ?? 0;
const isLong = (set: SeriesSet): boolean => lengthOf(set) >= LONG;

const shortOf = (set: SeriesSet): { name: string; reason: string } => ({
  name: `targets of ${set.name}`,
  reason: `${lengthOf(set)} values are too few to judge a forecast by, ${LONG} are wanted`,
});

const coverageOf = ({ held, intervals }: SeriesScore): number => held / intervals;

function pooledCoverage(scores: readonly SeriesScore[]): number | null {
  const intervals = scores.reduce((sum, score) => sum + score.intervals, 0);
  return intervals === 0 ? null : scores.reduce((sum, { held }) => sum + held, 0) / intervals;
}

const hindsightOf = (scores: readonly SeriesScore[]): number | null =>
  medianOf(scores.map(({ laterHindsight }) => laterHindsight ?? undefined));

const laterOf = (scores: readonly SeriesScore[], method: Method): number | null =>
  medianOf(scores.map(({ laterMase }) => laterMase?.[method]));

/** Of those that are known; null without any. */
function medianOf(values: readonly (number | undefined)[]): number | null {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return null;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}
