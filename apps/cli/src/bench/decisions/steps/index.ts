/**
 * The loop as an integrator that acts on what it saw `delay` intervals ago: which share of an
 * imbalance it may move at a time, found by running it, and whether Weir's step keeps to that.
 */
import { criticalStep, stepSize } from '@weir/algorithms';
import { figure, type Figure, type Row, type Section, type SectionContext } from '../report';

const DELAYS = [0, 1, 2, 3];
const INTERVALS = 4_000;
/** What is below this is taken for rounding. */
const NOTHING = 1e-12;
/** How near the boundary is found. */
const PRECISION = 1e-5;
/** The rule of thumb of closed-loop traffic engineering, for comparison. */
const RULE_OF_THUMB: Readonly<Record<number, number>> = { 1: 0.25, 2: 0.15, 3: 0.1 };

const METHOD = [
  'x(t+1) = x(t) - a x(t-d), x the imbalance, which is 1 at t = 0 and before (level) or was 0 before' +
    ` (sudden); ${INTERVALS} intervals.`,
  'critical: least share at which the imbalance no longer dies out; overshoot: least share at which' +
    ' it changes its sign; both by bisection on the simulation.',
  'expected: 2 sin(pi / (2 (2 d + 1))), Levin and May 1976. step: d^d / (d + 1)^(d + 1), Ladas 1990.',
  'undershoot: how far below 0 the imbalance falls; reversals: intervals in which it grows again.',
];

export const stepsSection = {
  name: 'steps',
  run: (context: SectionContext): Promise<Section> => Promise.resolve(run(context)),
};

function run({ progress }: SectionContext): Section {
  const found = DELAYS.map((delay, at) => {
    progress(at, DELAYS.length, `a delay of ${delay}`);
    return examine(delay);
  });
  progress(DELAYS.length, DELAYS.length, 'done');
  return {
    name: 'steps',
    method: METHOD,
    tables: [{ title: 'shares of the imbalance', rows: found.map(({ row }) => row) }],
    figures: found.flatMap(({ figures }) => figures),
    skipped: [],
  };
}

function examine(delay: number): { row: Row; figures: Figure[] } {
  const step = stepSize(delay);
  const thumb = RULE_OF_THUMB[delay] ?? null;
  const critical = boundary((share) => diesOut(respond(share, delay, 'level')));
  const overshoot = boundary((share) => undershootOf(respond(share, delay, 'level')) <= NOTHING);
  const runs = [respond(step, delay, 'level'), respond(step, delay, 'sudden')];
  const undershoot = Math.max(...runs.map(undershootOf));
  const reversals = runs.reduce((sum, values) => sum + reversalsOf(values), 0);
  const row = {
    delay,
    critical,
    expected: criticalStep(delay),
    overshoot,
    step,
    'rule of thumb': thumb,
    'its undershoot': thumb === null ? null : undershootOf(respond(thumb, delay, 'level')),
  };
  const title = `delay ${delay}`;
  const error = Math.abs(critical - criticalStep(delay));
  return {
    row,
    figures: [
      figure(`${title}: critical share, off by`, error, { atMost: 1e-3 }),
      figure(`${title}: undershoot of the step`, undershoot, { atMost: NOTHING }),
      figure(`${title}: reversals of the step`, reversals, { atMost: 0 }),
      figure(`${title}: left after ${INTERVALS} intervals`, leftOf(runs), { atMost: NOTHING }),
      figure(`${title}: step / overshoot`, step / overshoot, { atMost: 1 + 1e-3 }),
    ],
  };
}

/** Largest share up to which `holds` is true. */
function boundary(holds: (share: number) => boolean): number {
  let [low, high] = [0.01, 3];
  while (high - low > PRECISION) {
    const share = (low + high) / 2;
    if (holds(share)) low = share;
    else high = share;
  }
  return low;
}

function respond(share: number, delay: number, past: 'level' | 'sudden'): number[] {
  const values = [...new Array<number>(delay).fill(past === 'level' ? 1 : 0), 1];
  for (let t = 0; t < INTERVALS && Math.abs(values.at(-1)!) < 1e6; t++)
    values.push(values.at(-1)! - share * values[values.length - 1 - delay]!);
  return values.slice(delay);
}

const undershootOf = (values: readonly number[]): number =>
  values.reduce((worst, value) => Math.max(worst, -value), 0);

const reversalsOf = (values: readonly number[]): number =>
  values.filter((value, t) => t > 0 && Math.abs(value) > Math.abs(values[t - 1]!) + NOTHING).length;

const leftOf = (runs: readonly (readonly number[])[]): number =>
  Math.max(...runs.map((values) => Math.abs(values.at(-1)!)));

/** Whether the last tenth is smaller than the one before it. */
function diesOut(values: readonly number[]): boolean {
  if (values.length <= INTERVALS) return false;
  const tenth = INTERVALS / 10;
  const peak = (from: number, to: number): number =>
    values.slice(from, to).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const last = peak(values.length - tenth, values.length);
  return last < 1e-200 || last < peak(values.length - 2 * tenth, values.length - tenth);
}
