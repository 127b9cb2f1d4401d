import type { Comparison } from '../../model';

/** What a change that was made before the breach does to the traffic of one frame. */
export interface ForeseenLook {
  readonly frame: number;
  /** Utilisation of the foreseen channel if the old routes were there, by the traffic of now. */
  readonly withoutRatio: number;
  /** Exposure of the objective with the old routes, and as it is. */
  readonly without: number;
  readonly exposure: number;
}

/** What verification remembers of the time before a change. */
export interface Verification {
  readonly startedMs: number;
  /**
   * Time of the first frame since: what it holds arrived in part before the change. NaN until
   * there is one.
   */
  readonly firstFrameMs: number;
  /** Of the change's own objective, in the time before it. */
  readonly beforeMs: readonly number[];
  /** The same as logarithms, less what the series that it is compared with did. */
  readonly before: readonly number[];
  readonly comparisons: readonly Comparison[];
  /** Untouched links that went like it, where no objective did; absent in old recordings. */
  readonly linked?: {
    readonly links: readonly LinkComparison[];
    /** As above, less what the links did. */
    readonly before: readonly number[];
  };
  /** Of the change that this one repeats, as it was made for the first time; counted as well. */
  readonly earlier: readonly number[];
  /** What drove the objective before the change. */
  readonly driver: { readonly loadBps: number; readonly down: readonly string[] };
  /** Absent where what drives the objective does not come and go, and in old recordings. */
  readonly driven?: Driven;
  /** Samples of the other objectives in the time before. */
  readonly othersBeforeMs: ReadonlyMap<string, readonly number[]>;
  readonly lossBefore: number;
  /** Loss on the touched links in the frames since the change settled, and the last of those. */
  readonly lossAfter: readonly number[];
  readonly frame: number;
  /** Pause frames per second at the ports of the written devices, before and in those frames. */
  readonly pauseBeforePps: number;
  readonly pauseAfterPps: readonly number[];
  /** Of a change that was made before the breach: one look for each frame since it settled. */
  readonly foreseen?: readonly ForeseenLook[];
}

/** What is known of a change that was taken back to see whether it had helped; logarithms. */
export interface Switchback {
  readonly before: readonly number[];
  readonly during: readonly number[];
  readonly after: readonly number[];
  readonly comparisons: readonly Comparison[];
  /** Monotonic time at which it was back, and from which samples count; NaN until then. */
  readonly backMs: number;
  readonly fromMs: number;
}

/** A link that a change does not touch and whose load went like the change's own objective. */
export interface LinkComparison {
  readonly channel: string;
  /** How far the logarithm of the objective goes with that of the load, 0..1. */
  readonly weight: number;
  /** Mean logarithm of its load in the time before the change. */
  readonly before: number;
}

/** What drove an objective now and then in the time before a change. */
export interface Driven {
  /** Channels of which one was down; where there are none it was the load on the written devices. */
  readonly down: readonly string[];
  /** From when on that load counts as high. */
  readonly leastBps: number;
  /** Samples of the frames in which it was there, as logarithms less what the comparisons did. */
  readonly before: readonly number[];
}

/** Loads of some links of each kind, of late: the ones that changes may be compared with. */
export interface LinkSample {
  readonly channels: readonly string[];
  /** Oldest first; shares of the capacity, in the order of the channels, NaN unknown. */
  readonly frames: readonly { readonly atMs: number; readonly loads: Float64Array }[];
}

/** Stage of a change that has to look well before the next one is written. */
export interface StageProof {
  readonly stage: number;
  /** Monotonic time at which its last device was read back; NaN until then. */
  readonly sinceMs: number;
  /** What was measured before the stage was written. */
  readonly lossBefore: number;
  readonly objectivesBeforeMs: ReadonlyMap<string, number>;
  /** Loss on the touched links in the frames since, and the last of those. */
  readonly lossAfter: readonly number[];
  readonly frame: number;
}
