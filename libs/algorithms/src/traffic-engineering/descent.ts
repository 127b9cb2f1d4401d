import { commodityCount, type PathProblem } from './path-problem';

/** A matrix and the MLU by which its own is divided. */
export interface Scenario {
  readonly demand: ArrayLike<number>;
  readonly optimum: number;
}

export interface DescentOptions {
  /** 0: the mean over the scenarios alone; 1: the worst of them alone. */
  readonly caution: number;
  readonly steps: number;
  /** Sharpness of the soft maximum over the links, per unit of MLU / optimum. */
  readonly sharpness: number;
}

/** Sharpness of the soft maximum over the scenarios. */
const SCENARIO_SHARPNESS = 15;
/** Largest change of the logarithm of a share in the first step. */
const STEP = 0.25;

/**
 * Shares by path that minimise MLU / optimum over the scenarios: exponentiated gradient on a soft
 * maximum, from `start`, which is left as it is.
 */
export function descend(
  problem: PathProblem,
  scenarios: readonly Scenario[],
  start: Float64Array,
  options: DescentOptions,
): Float64Array {
  const split = Float64Array.from(start);
  const gradient = new Float64Array(split.length);
  const mean = new Float64Array(split.length);
  let counted = 0;
  for (let step = 1; step <= options.steps; step++) {
    slope(problem, scenarios, split, options, gradient);
    move(problem, split, gradient, STEP / Math.sqrt(step));
    // The mean of the second half: the last step alone still swings around the best.
    if (step * 2 <= options.steps) continue;
    counted += 1;
    for (let p = 0; p < mean.length; p++) mean[p] = mean[p]! + split[p]!;
  }
  for (let p = 0; p < mean.length; p++) mean[p] = mean[p]! / counted;
  return mean;
}

/** Gradient of the objective by path, written into `gradient`. */
function slope(
  problem: PathProblem,
  scenarios: readonly Scenario[],
  split: Float64Array,
  { caution, sharpness }: DescentOptions,
  gradient: Float64Array,
): void {
  const { capacity, pathStart, linkStart, links, parts } = problem;
  const ratios = scenarios.map(() => new Float64Array(capacity.length));
  const worst = scenarios.map((scenario, s) => {
    const ratio = ratios[s]!;
    for (let k = 0; k < pathStart.length - 1; k++)
      for (let p = pathStart[k]!; p < pathStart[k + 1]!; p++) {
        const part = (scenario.demand[k]! * split[p]!) / scenario.optimum;
        for (let at = linkStart[p]!; at < linkStart[p + 1]!; at++)
          ratio[links[at]!] = ratio[links[at]!]! + (part * parts[at]!) / capacity[links[at]!]!;
      }
    return ratio.reduce((most, value) => Math.max(most, value), 0);
  });
  const top = Math.max(...worst);
  const weights = worst.map((value) => Math.exp(SCENARIO_SHARPNESS * (value - top)));
  const total = weights.reduce((sum, value) => sum + value, 0);
  gradient.fill(0);
  scenarios.forEach((scenario, s) => {
    const weight = (1 - caution) / scenarios.length + (caution * weights[s]!) / total;
    const prices = softMaximum(ratios[s]!, worst[s]!, sharpness);
    for (let k = 0; k < pathStart.length - 1; k++) {
      const unit = (weight * scenario.demand[k]!) / scenario.optimum;
      for (let p = pathStart[k]!; p < pathStart[k + 1]!; p++)
        for (let at = linkStart[p]!; at < linkStart[p + 1]!; at++) {
          const e = links[at]!;
          gradient[p] = gradient[p]! + (unit * prices[e]! * parts[at]!) / capacity[e]!;
        }
    }
  });
}

/** Derivative of the soft maximum by each ratio, in place: sums to 1. */
function softMaximum(ratio: Float64Array, most: number, sharpness: number): Float64Array {
  let total = 0;
  for (let e = 0; e < ratio.length; e++) {
    const value = Math.exp(sharpness * (ratio[e]! - most));
    ratio[e] = value;
    total += value;
  }
  for (let e = 0; e < ratio.length; e++) ratio[e] = ratio[e]! / total;
  return ratio;
}

/** One multiplicative step: shares of steep paths shrink, each commodity still adds up to 1. */
function move(
  problem: PathProblem,
  split: Float64Array,
  gradient: Float64Array,
  size: number,
): void {
  let steepest = 0;
  for (let k = 0; k < commodityCount(problem); k++)
    steepest = Math.max(
      steepest,
      rangeOf(gradient, problem.pathStart[k]!, problem.pathStart[k + 1]!),
    );
  if (steepest === 0) return;
  for (let k = 0; k < commodityCount(problem); k++) {
    const [first, end] = [problem.pathStart[k]!, problem.pathStart[k + 1]!];
    let least = Infinity;
    for (let p = first; p < end; p++) least = Math.min(least, gradient[p]!);
    let sum = 0;
    for (let p = first; p < end; p++) {
      const scaled = (split[p]! + 1e-6) * Math.exp((-size * (gradient[p]! - least)) / steepest);
      split[p] = scaled;
      sum += scaled;
    }
    for (let p = first; p < end; p++) split[p] = split[p]! / sum;
  }
}

function rangeOf(values: Float64Array, first: number, end: number): number {
  let [least, most] = [Infinity, -Infinity];
  for (let p = first; p < end; p++) {
    least = Math.min(least, values[p]!);
    most = Math.max(most, values[p]!);
  }
  return most - least;
}
