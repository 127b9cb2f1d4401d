import { lowerBound } from './lower-bound';
import {
  addLoads,
  commodityCount,
  evenSplit,
  largestRatio,
  type PathProblem,
} from './path-problem';

export interface SweepOptions {
  /** Shares by path to start from; default: even. */
  readonly start?: Float64Array;
  /** Passes over the commodities at most. */
  readonly maxSweeps?: number;
  /** Stops when the bound shows that no split is better by more than this share. */
  readonly tolerance?: number;
  /** Stops at this utilisation: what is cool enough need not be cooler. Default: 0. */
  readonly goal?: number;
}

export interface Splits {
  /** Share 0..1 of each path in its commodity. */
  readonly split: Float64Array;
  readonly mlu: number;
  /** No split has a lower MLU than this; equal to `mlu` where the split is proved optimal. */
  readonly lowerBound: number;
}

/** Links this close to the hottest are worked on together. */
const HOT = 1 - 1e-4;
/** Of Newton's method and halving together. */
const MOST_STEPS = 40;
/** A sweep that gains less than this share is the last before the bound is asked. */
const STALLED = 1e-5;

/**
 * Minimises the maximum link utilisation by water-filling one commodity at a time: it is taken off
 * its links and put back where room is, balanced, so that the hottest of its links is as cool as the
 * others allow (sequential source-destination optimisation). First those on the hottest links, and
 * when that stalls all of them, which makes room elsewhere.
 */
export function sweep(
  problem: PathProblem,
  demand: ArrayLike<number>,
  options: SweepOptions = {},
): Splits {
  const { maxSweeps = 60, tolerance = 1e-3, goal = 0 } = options;
  const split = Float64Array.from(options.start ?? evenSplit(problem));
  const load = addLoads(problem, demand, split, new Float64Array(problem.capacity.length));
  const filler = new Filler(problem, demand, split, load);
  let mlu = largestRatio(load, problem.capacity);
  let bound = 0;
  let everyone = false;
  for (let round = 0; round < maxSweeps && mlu > goal; round++) {
    const before = mlu;
    for (const k of everyone ? allOf(problem) : hottest(problem, load, mlu)) filler.refill(k, mlu);
    mlu = largestRatio(load, problem.capacity);
    if (mlu < before * (1 - STALLED)) {
      everyone = false;
      continue;
    }
    if (!everyone) {
      everyone = true;
      continue;
    }
    bound = Math.max(bound, lowerBound(problem, demand, load, mlu));
    if (bound >= mlu * (1 - tolerance)) break;
    everyone = round % 2 === 0;
  }
  bound = Math.max(bound, lowerBound(problem, demand, load, mlu));
  return { split, mlu, lowerBound: Math.min(bound, mlu) };
}

function allOf(problem: PathProblem): number[] {
  return Array.from({ length: commodityCount(problem) }, (_, k) => k);
}

function hottest(problem: PathProblem, load: Float64Array, mlu: number): number[] {
  const found = new Set<number>();
  for (let e = 0; e < load.length; e++)
    if (load[e]! / problem.capacity[e]! >= mlu * HOT)
      for (const k of problem.users[e]!) found.add(k);
  return [...found];
}

/** Takes one commodity off its links and puts it back, in place. */
class Filler {
  private readonly room: Float64Array;
  private readonly old: Float64Array;
  private slope = 0;

  constructor(
    private readonly problem: PathProblem,
    private readonly demand: ArrayLike<number>,
    private readonly split: Float64Array,
    private readonly load: Float64Array,
  ) {
    let most = 0;
    for (let k = 0; k < commodityCount(problem); k++)
      most = Math.max(most, problem.pathStart[k + 1]! - problem.pathStart[k]!);
    this.room = new Float64Array(most);
    this.old = new Float64Array(most);
  }

  /** `ceiling`: a utilisation at which the commodity is known to fit. */
  refill(k: number, ceiling: number): void {
    const volume = this.demand[k]!;
    const first = this.problem.pathStart[k]!;
    const count = this.problem.pathStart[k + 1]! - first;
    if (volume <= 0 || count < 2) return;
    for (let i = 0; i < count; i++) {
      this.old[i] = this.split[first + i]!;
      this.add(first + i, -volume * this.old[i]!);
    }
    const level = this.levelFor(volume, ceiling, first, count);
    const total = this.roomAt(level, first, count);
    // Paths of one commodity that share a link promise its room twice; it is then left as it was.
    if (total < volume || !this.fits(level, first, count, volume / total))
      for (let i = 0; i < count; i++) this.put(first + i, this.old[i]!, volume);
  }

  /**
   * Lowest utilisation at which there is room for so much. Room grows with the level piece by piece
   * linearly, so that Newton's method ends on the right piece after a few steps; where a piece leads
   * out of what is known to hold the level, half of that is taken.
   */
  private levelFor(volume: number, ceiling: number, first: number, count: number): number {
    let [low, high, at] = [0, ceiling, ceiling];
    for (let step = 0; step < MOST_STEPS && high - low > high * 1e-7; step++) {
      const excess = this.roomAt(at, first, count) - volume;
      if (excess >= 0) high = at;
      else low = at;
      if (excess >= 0 && excess <= volume * 1e-9) break;
      // A trace above, so that what is left of rounding is room and not the lack of it.
      const next = (at - excess / this.slope) * (1 + 1e-12);
      at = next > low && next < high ? next : (low + high) / 2;
    }
    return high;
  }

  /** Puts the commodity on its paths in proportion to their room; takes it off again if too much. */
  private fits(level: number, first: number, count: number, scale: number): boolean {
    for (let i = 0; i < count; i++) this.add(first + i, this.room[i]! * scale);
    let fits = true;
    for (let i = 0; i < count && fits; i++)
      if (this.room[i]! > 0) fits = this.hottestOf(first + i) <= level * (1 + 1e-9);
    if (!fits) {
      for (let i = 0; i < count; i++) this.add(first + i, -this.room[i]! * scale);
      return false;
    }
    let sum = 0;
    for (let i = 0; i < count; i++) sum += this.room[i]!;
    for (let i = 0; i < count; i++) this.split[first + i] = this.room[i]! / sum;
    return true;
  }

  private put(path: number, share: number, volume: number): void {
    this.split[path] = share;
    this.add(path, share * volume);
  }

  /** Room on all paths at a utilisation; that of each is left in `room`, its growth in `slope`. */
  private roomAt(level: number, first: number, count: number): number {
    const { linkStart, links, parts, capacity } = this.problem;
    let sum = 0;
    this.slope = 0;
    for (let i = 0; i < count; i++) {
      let least = Infinity;
      let growth = 0;
      for (let at = linkStart[first + i]!; at < linkStart[first + i + 1]!; at++) {
        const e = links[at]!;
        const own = (level * capacity[e]! - this.load[e]!) / parts[at]!;
        if (own >= least) continue;
        least = own;
        growth = capacity[e]! / parts[at]!;
      }
      this.room[i] = least > 0 ? least : 0;
      if (!(least > 0)) continue;
      sum += least;
      this.slope += growth;
    }
    return sum;
  }

  private hottestOf(path: number): number {
    const { linkStart, links, capacity } = this.problem;
    let most = 0;
    for (let at = linkStart[path]!; at < linkStart[path + 1]!; at++)
      most = Math.max(most, this.load[links[at]!]! / capacity[links[at]!]!);
    return most;
  }

  private add(path: number, volume: number): void {
    if (volume === 0) return;
    const { linkStart, links, parts } = this.problem;
    for (let at = linkStart[path]!; at < linkStart[path + 1]!; at++) {
      const e = links[at]!;
      this.load[e] = this.load[e]! + volume * parts[at]!;
    }
  }
}
