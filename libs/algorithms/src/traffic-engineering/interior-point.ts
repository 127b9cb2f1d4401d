import { solveLinear } from './linear-system';
import {
  addLoads,
  commodityCount,
  evenSplit,
  mluOf,
  pathCount,
  type PathProblem,
} from './path-problem';

export interface InteriorPoint {
  readonly split: Float64Array;
  /** Prices of the links, above 0: by weak duality they bound the MLU from below. */
  readonly prices: Float64Array;
}

const MAX_STEPS = 60;
/** Product of slacks and prices, as a share of the MLU, at which the split is taken as optimal. */
const CONVERGED = 1e-8;
/** Part of the way to the next boundary, and how far the centre moves towards the optimum. */
const [TO_BOUNDARY, CENTRING] = [0.95, 0.15];

/**
 * Splits with the least maximum link utilisation as a linear program, by a primal-dual interior
 * point method on a dense system of paths and commodities: exact where that is small, and dear where
 * it is not (the cube of their number, some 15 times). The demand is above 0 somewhere.
 */
export function interiorPoint(problem: PathProblem, demand: ArrayLike<number>): InteriorPoint {
  const point = new Point(problem, demand);
  for (let step = 0; step < MAX_STEPS && point.complementarity() > CONVERGED; step++)
    if (!point.advance()) break;
  return { split: normalised(problem, point.x), prices: pricesOf(problem, point.y) };
}

/** Slack and price of each link (g, y) and of each path (x, z); utilisations as a share of `unit`. */
class Point {
  readonly x: Float64Array;
  readonly y: Float64Array;
  private readonly z: Float64Array;
  private readonly g: Float64Array;
  /** MLU of an even split. */
  private readonly unit: number;

  constructor(
    private readonly problem: PathProblem,
    private readonly demand: ArrayLike<number>,
  ) {
    const links = problem.capacity.length;
    this.x = evenSplit(problem);
    this.unit = mluOf(problem, demand, this.x);
    this.z = Float64Array.from(this.x, (share) => 0.1 / share);
    this.g = this.ratios(this.x).map((ratio) => 1.1 - ratio);
    this.y = new Float64Array(links).fill(1 / links);
  }

  /** Sum of slack x price: the distance from the optimum, once the prices are right. */
  complementarity(): number {
    return dot(this.y, this.g) + dot(this.x, this.z);
  }

  /** One Newton step; false where the system has no solution within the precision of numbers. */
  advance(): boolean {
    const { x, y, z, g } = this;
    const centre = (CENTRING * this.complementarity()) / (x.length + g.length);
    const step = this.direction(centre);
    if (step === null) return false;
    const dx = step.subarray(1, 1 + x.length);
    const moved = this.ratios(dx);
    const dg = g.map((_, e) => step[0]! - moved[e]!);
    const dy = y.map((price, e) => (centre - price * dg[e]!) / g[e]! - price);
    const dz = z.map((price, p) => (centre - price * dx[p]!) / x[p]! - price);
    const primal = Math.min(longest(x, dx), longest(g, dg));
    const dual = Math.min(longest(y, dy), longest(z, dz));
    if (!(primal > 0) || !(dual > 0)) return false;
    shift(x, dx, primal);
    shift(g, dg, primal);
    shift(y, dy, dual);
    shift(z, dz, dual);
    return true;
  }

  /** Change of (MLU, shares) and the multiplier of each commodity. */
  private direction(centre: number): Float64Array | null {
    const { x, y, z, g, problem } = this;
    const { pathStart } = problem;
    const [paths, commodities] = [pathCount(problem), commodityCount(problem)];
    const size = 1 + paths + commodities;
    const rows = Array.from({ length: size }, () => new Float64Array(size + 1));
    const stiff = y.map((price, e) => price / g[e]!);
    rows[0]![0] = stiff.reduce((sum, value) => sum + value, 0);
    rows[0]![size] = g.reduce((sum, slack) => sum + centre / slack, -1);
    const owners = this.pathsByLink();
    owners.forEach((own, e) => {
      for (const [p, a] of own) {
        rows[0]![1 + p]! -= stiff[e]! * a;
        rows[1 + p]![0]! -= stiff[e]! * a;
        rows[1 + p]![size]! -= (a * centre) / g[e]!;
        for (const [q, b] of own) rows[1 + p]![1 + q]! += stiff[e]! * a * b;
      }
    });
    for (let k = 0; k < commodities; k++)
      for (let p = pathStart[k]!; p < pathStart[k + 1]!; p++) {
        rows[1 + p]![1 + p]! += z[p]! / x[p]!;
        rows[1 + p]![size]! += centre / x[p]!;
        rows[1 + p]![1 + paths + k] = -1;
        rows[1 + paths + k]![1 + p] = -1;
      }
    return solveLinear(rows);
  }

  /** Paths over each link, with the utilisation that all of their commodity puts there. */
  private pathsByLink(): [number, number][][] {
    const { capacity, pathStart, linkStart, links, parts } = this.problem;
    const found = Array.from(capacity, (): [number, number][] => []);
    for (let k = 0; k < commodityCount(this.problem); k++)
      for (let p = pathStart[k]!; p < pathStart[k + 1]!; p++)
        for (let at = linkStart[p]!; at < linkStart[p + 1]!; at++) {
          const e = links[at]!;
          found[e]!.push([p, (this.demand[k]! * parts[at]!) / capacity[e]! / this.unit]);
        }
    return found;
  }

  private ratios(shares: Float64Array): Float64Array {
    const { capacity } = this.problem;
    const load = addLoads(this.problem, this.demand, shares, new Float64Array(capacity.length));
    return load.map((value, e) => value / capacity[e]! / this.unit);
  }
}

/** Longest step, at most 1, that keeps every value above 0. */
function longest(values: Float64Array, change: Float64Array): number {
  let most = 1;
  for (let i = 0; i < values.length; i++)
    if (change[i]! < 0) most = Math.min(most, (-TO_BOUNDARY * values[i]!) / change[i]!);
  return most;
}

function shift(values: Float64Array, change: Float64Array, size: number): void {
  for (let i = 0; i < values.length; i++) values[i] = values[i]! + size * change[i]!;
}

const dot = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** A price of the linear program is for utilisation; by capacity it is for volume. */
const pricesOf = ({ capacity }: PathProblem, y: Float64Array): Float64Array =>
  y.map((price, e) => price / capacity[e]!);

function normalised(problem: PathProblem, shares: Float64Array): Float64Array {
  const split = Float64Array.from(shares);
  for (let k = 0; k < commodityCount(problem); k++) {
    const own = split.subarray(problem.pathStart[k], problem.pathStart[k + 1]);
    const sum = own.reduce((total, share) => total + share, 0);
    for (let i = 0; i < own.length; i++) own[i] = own[i]! / sum;
  }
  return split;
}
