import type { PlacementItem, PlacementProblem } from './placement';

/** Traffic of one prefix at one device that may be split anew over its next hops. */
export interface ReliefItem extends PlacementItem {
  /** Weights in force, by next hop. */
  readonly weights: readonly number[];
  /** Entries of the device's group of next hops: what weights are rounded to. */
  readonly gridEntries: number;
  /** Equal parts in which it may be moved as a whole; 1 unless it is too much for one link. */
  readonly parts: number;
  /** A few large flows, which no weight spreads: it goes to one next hop or stays. */
  readonly isElephant: boolean;
}

/** As for a placement, with what certificates and splits need besides. */
export interface ReliefProblem extends Omit<PlacementProblem, 'items'> {
  readonly items: readonly ReliefItem[];
  /** Channels of which everything that some part of the fabric sends or receives takes one. */
  readonly cuts: readonly (readonly number[])[];
  /** Part of the improvement to take at once, in (0, 1]. */
  readonly step: number;
  /** Shares by item that somebody else worked out; judged like those of the own methods. */
  readonly proposed?: readonly (readonly number[] | null)[];
}

/** `certificate`: proved that nothing helps, so that nothing is moved. */
export type ReliefMethod = 'certificate' | 'none' | 'min-churn' | 'first-fit' | 'sweep' | 'exact';

/**
 * A linear program as arrays: commodities with a volume each, split over paths, which put a part of
 * their traffic on each of their links; the largest utilisation is to be as small as possible. The
 * paths of commodity k are `pathStart[k] .. pathStart[k + 1] - 1`, the links of path p
 * `links[linkStart[p] .. linkStart[p + 1] - 1]` with `parts` at the same places.
 */
export interface SplitProgram {
  readonly capacity: Float64Array;
  readonly pathStart: Int32Array;
  readonly linkStart: Int32Array;
  readonly links: Int32Array;
  readonly parts: Float64Array;
  readonly demand: Float64Array;
}

export interface ReliefResult {
  /** Grid entries by item and next hop; null leaves the item as it is. */
  readonly weights: readonly (readonly number[] | null)[];
  readonly method: ReliefMethod;
  /** Utilisation of the hottest relevant channel now; Infinity: one out of use has traffic. */
  readonly before: number;
  /** The same with the weights, after rounding. */
  readonly after: number;
  /** No split of the items goes below this. */
  readonly lowerBound: number;
  /** Share of the items' traffic that moves. */
  readonly churn: number;
  /**
   * Left open by the own methods: what to ask an exact solver. `items[k]` is the item of commodity k
   * and `choices[p]` the next hop of path p; commodities after those stay as they are.
   */
  readonly open: {
    readonly program: SplitProgram;
    readonly items: readonly number[];
    readonly choices: readonly number[];
    /** Of the best split found, before rounding, and the bound of the program. */
    readonly utilization: number;
    readonly lowerBound: number;
  } | null;
}
