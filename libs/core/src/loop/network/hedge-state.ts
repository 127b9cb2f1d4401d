import type { FrameLayout } from '../../model';

/** Demand of the largest rows of the layout's prefixes by block, and how well it was foreseen. */
export interface DemandHedge {
  readonly layout: FrameLayout;
  /** Monotonic time of the telemetry at which the block began, ms. */
  readonly sinceMs: number;
  readonly rows: Int32Array;
  /** Sum of the rates of the block, and the frames in it that knew them. */
  readonly sumBps: Float64Array;
  readonly frames: Float64Array;
  readonly lastBps: Float64Array;
  readonly averageBps: Float64Array;
  readonly peakBps: Float64Array;
  /** By row, EXPERTS in a row: faded errors of each. */
  readonly errors: Float64Array;
  /** Blocks that the errors are from. */
  readonly judged: Float64Array;
}
