/** Traffic that moves as a whole, e.g. what one leaf sends to one prefix. */
export interface PlacementItem {
  /** Device that decides about it; the number of devices of which items move is limited. */
  readonly group: number;
  readonly bps: number;
  /** Ways that it can take: channels, and the share of the item on each (1 where left out). */
  readonly choices: readonly {
    readonly channels: readonly number[];
    readonly shares: readonly number[];
  }[];
  /** Share of it on each choice now. */
  readonly present: readonly number[];
}

export interface PlacementProblem {
  /** By channel; 0 is a channel that must not be used. */
  readonly capacityBps: ArrayLike<number>;
  /** By channel, all traffic as it is now, the items included. */
  readonly loadBps: ArrayLike<number>;
  readonly items: readonly PlacementItem[];
  /** Channels whose load matters; none of the others gets hotter than the hottest of these. */
  readonly relevant: readonly number[];
  readonly maxGroups: number;
  /** Utilisation below which nothing has to move. */
  readonly targetRatio: number;
}

export interface PlacementResult {
  /** Choice of each item; -1 leaves it as it is. */
  readonly choices: Int32Array;
  /** Utilisation of the hottest relevant channel; Infinity while one out of use has traffic. */
  readonly before: number;
  readonly after: number;
}
