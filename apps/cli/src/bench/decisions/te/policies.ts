import { evenSplit, HedgedSplits, minMaxUtilization } from '@weir/algorithms';
import type { TrafficSet } from './traffic-set';

/** Matrices that the peak is taken of, and that are observed before the first is judged. */
export const PEAK_OF = 12;
/** Weight of the newest matrix in the moving average. */
const NEWEST = 0.1;

/** Splits for the next matrix from those before it. */
export interface Policy {
  readonly name: string;
  /** Takes the next matrix that was measured. */
  observe(demand: Float64Array): void;
  /** Shares by path for the matrix that follows. */
  split(): Float64Array;
}

/** `weir` is the last. */
export function policiesOf({ problem, shortest }: TrafficSet): Policy[] {
  const even = evenSplit(problem);
  const optimised = (name: string, forecast: (past: Past) => Float64Array): Policy => {
    const past = new Past();
    return {
      name,
      observe: (demand) => past.add(demand),
      split: () => minMaxUtilization(problem, forecast(past)).split,
    };
  };
  const hedged = new HedgedSplits(problem);
  let latest = even;
  return [
    fixed('shortest path', shortest),
    fixed('uniform', even),
    optimised('last', (past) => past.last),
    optimised('EWMA', (past) => past.average),
    optimised(`peak of ${PEAK_OF}`, (past) => past.peak()),
    optimised('half EWMA, half peak', (past) =>
      past.peak().map((most, k) => (most + past.average[k]!) / 2),
    ),
    {
      name: 'weir',
      observe: (demand) => {
        latest = hedged.observe(demand);
      },
      split: () => latest,
    },
  ];
}

const fixed = (name: string, split: Float64Array): Policy => ({
  name,
  observe: () => undefined,
  split: () => split,
});

class Past {
  average = new Float64Array();
  private readonly recent: Float64Array[] = [];

  get last(): Float64Array {
    return this.recent.at(-1) ?? this.average;
  }

  add(demand: Float64Array): void {
    const before = this.recent.length === 0 ? demand : this.average;
    this.average = demand.map((value, k) => before[k]! + NEWEST * (value - before[k]!));
    this.recent.push(demand);
    if (this.recent.length > PEAK_OF) this.recent.shift();
  }

  peak(): Float64Array {
    return this.last.map((_, k) => Math.max(...this.recent.map((demand) => demand[k]!)));
  }
}
