/** Least maximum utilisation of degraded leaf-spine fabrics, by our solver and by HiGHS. */
import { minMaxUtilization } from '@weir/algorithms';
import { seededRandom } from '@weir/core/base';
import { quantileOf } from '../../statistics';
import { figure, type Row, type Section, type SectionContext, type SectionRunner } from '../report';
import { degradedFabric, type Instance } from './instance';
import {
  CONTENT_RATIO,
  decideOnce,
  decisionProblem,
  NEVER_CONTENT,
  type Decided,
} from './decision';
import { linearProgram } from './linear-program';
import { askHighs, type OracleAnswer } from './oracle';

const FABRIC = { spines: 16, leaves: 64, commodities: 2000 };
const INSTANCES = 12;
/** Runs of our solver, of which the median counts: the first ones are slower. */
const RUNS = 5;
const LIMIT_MS = 60_000;
/** Instances that the reading of the program is measured of. */
const READ = 3;
/** Relative to the optimum; HiGHS' time as a multiple of ours. */
const TARGET = { worst: 0.01, median: 0.001, speed: 50 };

export const solverSection: SectionRunner = { name: 'solver', run };

interface Solved {
  readonly mlu: number;
  readonly lowerBound: number;
  readonly ms: number;
  readonly oracle: OracleAnswer;
  /** The same as a decision of the loop, from hashing as it is to weights on the grid. */
  readonly decided: Decided;
  /** The same as far as the grid lets it. */
  readonly least: Decided;
  /** What HiGHS takes to read and prepare the program alone; null: not measured. */
  readonly readMs: number | null;
}

async function run(context: SectionContext): Promise<Section> {
  const random = seededRandom(context.seed).fork('solver');
  const solved: Solved[] = [];
  for (let i = 0; i < INSTANCES; i++) {
    context.progress(i, INSTANCES, `${FABRIC.spines}x${FABRIC.leaves}`);
    const instance = degradedFabric(random.fork(`${i}`), FABRIC);
    solved.push(await solve(instance, i < READ, context.now));
  }
  context.progress(INSTANCES, INSTANCES, 'done');
  return sectionOf(solved);
}

async function solve(instance: Instance, readToo: boolean, now: () => number): Promise<Solved> {
  const { problem, demand } = instance;
  const times: number[] = [];
  let best = minMaxUtilization(problem, demand);
  for (let i = 0; i < RUNS; i++) {
    const startedMs = now();
    best = minMaxUtilization(problem, demand);
    times.push(now() - startedMs);
  }
  const program = linearProgram(problem, demand);
  const oracle = await askHighs(program, LIMIT_MS);
  const readMs = readToo ? (await askHighs(program, LIMIT_MS, 0)).totalMs : null;
  const decide = (targetRatio: number): Decided =>
    decideOnce(decisionProblem(instance, FABRIC.spines, targetRatio), now);
  const { mlu, lowerBound } = best;
  return {
    mlu,
    lowerBound,
    ms: quantileOf(times, 0.5),
    oracle,
    readMs,
    decided: decide(CONTENT_RATIO),
    least: decide(NEVER_CONTENT),
  };
}

/** Relative to HiGHS' optimum; where it had none in time, to the bound that our solver proved. */
const gapOf = ({ mlu, lowerBound, oracle }: Solved): number =>
  Math.max(0, mlu / (oracle.optimum ?? lowerBound) - 1);

function sectionOf(solved: readonly Solved[]): Section {
  const gaps = solved.map(gapOf);
  const proved = solved.filter(({ oracle }) => oracle.optimum !== null);
  const speeds = proved.map(({ oracle, ms }) => oracle.totalMs / ms);
  const alone = proved.flatMap(({ oracle, ms, readMs }) =>
    readMs === null ? [] : [(oracle.totalMs - readMs) / ms],
  );
  const late = solved.length - proved.length;
  return {
    name: 'solver',
    method: METHOD,
    tables: [{ title: `${solved.length} instances`, rows: solved.map(rowOf) }],
    figures: [
      figure('above the optimum, worst', Math.max(...gaps), { atMost: TARGET.worst }),
      figure('above the optimum, median', quantileOf(gaps, 0.5), { atMost: TARGET.median }),
      figure('left open by the certificate, worst', Math.max(...solved.map(openOf))),
      ...decisionFigures(solved),
      ...(speeds.length === 0
        ? []
        : [
            figure('time of HiGHS / ours, median', quantileOf(speeds, 0.5), {
              atLeast: TARGET.speed,
            }),
          ]),
      ...(alone.length === 0
        ? []
        : [figure('the same without reading the program, median', quantileOf(alone, 0.5))]),
    ],
    skipped:
      late === 0
        ? []
        : [
            {
              name: `HiGHS on ${late} of ${solved.length} instances`,
              reason: `no optimum within ${LIMIT_MS / 1000} s; the gap there is that to our own bound`,
            },
          ],
  };
}

function decisionFigures(solved: readonly Solved[]): Section['figures'] {
  const median = (value: (one: Solved) => number): number => quantileOf(solved.map(value), 0.5);
  const times = solved.map(({ decided }) => decided.ms);
  const above = solved.map(({ least, mlu }) => least.result.after / mlu - 1);
  return [
    figure('time of a decision of the loop, ms, median', quantileOf(times, 0.5)),
    figure('time of a decision of the loop, ms, worst', Math.max(...times)),
    figure(
      'hottest link before, median',
      median(({ decided }) => decided.result.before),
    ),
    figure(
      'after a decision of the loop, median',
      median(({ decided }) => decided.result.after),
    ),
    figure(
      'traffic that it moves, median',
      median(({ decided }) => decided.result.churn),
    ),
    figure('least on 64 entries above the best split, median', quantileOf(above, 0.5)),
    figure('least on 64 entries above the best split, worst', Math.max(...above)),
  ];
}

const openOf = ({ mlu, lowerBound }: Solved): number => 1 - lowerBound / mlu;

const rowOf = (one: Solved, at: number): Row => ({
  instance: at + 1,
  mlu: one.mlu,
  HiGHS: one.oracle.optimum,
  status: one.oracle.status,
  gap: gapOf(one),
  certificate: openOf(one),
  'ours ms': one.ms,
  decided: one.decided.result.after,
  by: one.decided.result.method,
  'moves of the traffic': one.decided.result.churn,
  'decided in ms': one.decided.ms,
  'least on the grid': one.least.result.after,
  'HiGHS ms': one.oracle.totalMs,
  'of which reading ms': one.readMs,
});

const METHOD = [
  `random leaf-spine fabrics of ${FABRIC.spines} spines and ${FABRIC.leaves} leaves, ${FABRIC.commodities} commodities with a heavy tail: 4 % of the links are gone, 12 % have 1 to 3 of their 4 members`,
  `HiGHS is the WebAssembly build with its default options in a worker thread, cold, ${LIMIT_MS / 1000} s at most; its time holds the reading of the program, which is measured on the first ${READ} as well (with a time limit of 0, so presolve may be part of it)`,
  `ours is the median of ${RUNS} runs from an even split`,
  `"decided": what the loop would do, which aims at ${CONTENT_RATIO * 100} % and moves no traffic for less than that is worth to it; "least on the grid": asked for as much as the hardware's entries allow`,
];
