/** Splits from past matrices only, judged by the next one: how far from its own optimum they are. */
import { readTeData } from '../../model/te-data';
import { quantileOf } from '../../statistics';
import { figure, type Figure, type Row, type SectionContext, type SectionRunner } from '../report';
import { evaluate, type SetResult, type Window } from './evaluate';
import { metaSet } from './meta-set';
import { PEAK_OF } from './policies';
import { readRepetita } from './repetita-set';
import type { TrafficSet } from './traffic-set';

/** Of a large set, unless all of it is judged: windows of neighbours, spread evenly. */
const WINDOWS = 12;
/** Matrices of a window that are observed before the first is judged, and that are judged. */
const [OBSERVED, JUDGED] = [48, 20];

/** Share of the optimum: mean and 95th percentile on Meta's pods. */
const TARGET = { mean: 1.2, p95: 1.45 };

export const teSection: SectionRunner = {
  name: 'te',
  run: (context) => Promise.resolve(run(context)),
};

function run(context: SectionContext) {
  const meta = readTeData(context.data)?.map(metaSet) ?? [];
  const repetita = readRepetita(context.data);
  const found = [...meta, ...repetita.sets];
  const sets = found.filter(({ matrices }) => matrices.length > PEAK_OF);
  const work = sets.map((set) => ({ set, windows: windowsOf(set, context.full) }));
  const total = work.flatMap(({ windows }) => windows).reduce((sum, w) => sum + w.to - w.from, 0);
  let done = 0;
  const results = work.map(({ set, windows }) => ({
    set,
    result: evaluate(set, windows, context.now, () => {
      done += 1;
      if (done % 20 === 0) context.progress(done, total, set.name);
    }),
  }));
  return {
    name: 'te',
    method: METHOD,
    tables: results.map(({ set, result }) => ({
      title: titleOf(set, result),
      rows: rowsOf(result),
    })),
    figures: results.flatMap(({ set, result }) => figuresOf(set, result, meta.includes(set))),
    skipped: [
      ...(meta.length === 0
        ? [{ name: 'Meta pods', reason: `no meta-pods in ${context.data}` }]
        : []),
      ...repetita.skipped,
      ...found
        .filter(({ matrices }) => matrices.length <= PEAK_OF)
        .map((set) => ({
          name: set.name,
          reason: `${set.matrices.length} matrices, more than ${PEAK_OF} are needed`,
        })),
    ],
  };
}

function windowsOf({ matrices }: TrafficSet, full: boolean): Window[] {
  const all = matrices.length;
  const length = OBSERVED + JUDGED;
  if (full || all <= WINDOWS * length) return [{ from: 0, judged: PEAK_OF, to: all }];
  return Array.from({ length: WINDOWS }, (_, i) => {
    const from = Math.round((i * (all - length)) / (WINDOWS - 1));
    return { from, judged: from + OBSERVED, to: from + length };
  });
}

const METHOD = [
  'MLU: maximum link utilisation; each figure is that of a matrix under a split that was made from the matrices before it, divided by the optimum of that matrix (published, else our own with its certificate)',
  `the first ${PEAK_OF} matrices are observed only; of large sets, without --full, ${WINDOWS} windows spread evenly are taken, each with ${JUDGED} neighbours judged after ${OBSERVED} observed`,
  'EWMA takes 0.1 of the newest matrix',
  'EWMA, peak and last: the split with the least MLU of that forecast, by the same solver; where several are best it is the solver that chooses',
  'moved: share of the demand that is on another path than it would be by the split before',
];

const titleOf = ({ name, matrices, problem }: TrafficSet, { policies }: SetResult): string =>
  `${name}: ${problem.pathStart.length - 1} commodities, ${problem.capacity.length} links, ` +
  `${policies[0]?.ratios.length ?? 0} of ${matrices.length} matrices judged`;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const rowsOf = ({ policies }: SetResult): Row[] =>
  policies.map(({ name, ratios, solveMs, moved }) => ({
    policy: name,
    mean: mean(ratios),
    p95: quantileOf(ratios, 0.95),
    p99: quantileOf(ratios, 0.99),
    'solve p50 ms': quantileOf(solveMs, 0.5),
    'solve p99 ms': quantileOf(solveMs, 0.99),
    moved: moved.length === 0 ? null : mean(moved),
  }));

function figuresOf({ name }: TrafficSet, result: SetResult, targeted: boolean): Figure[] {
  const weir = result.policies.find((policy) => policy.name === 'weir')?.ratios ?? [];
  const target = (atMost: number) => (targeted ? { atMost } : null);
  return [
    figure(`${name}: weir, MLU / optimum, mean`, mean(weir), target(TARGET.mean)),
    figure(`${name}: weir, MLU / optimum, p95`, quantileOf(weir, 0.95), target(TARGET.p95)),
    figure(`${name}: left open by the certificate, worst`, quantileOf(result.open, 1)),
    ...(result.gaps.length === 0
      ? []
      : [
          figure(`${name}: solver above the published optimum, mean`, mean(result.gaps)),
          figure(`${name}: solver above the published optimum, worst`, quantileOf(result.gaps, 1)),
        ]),
  ];
}
