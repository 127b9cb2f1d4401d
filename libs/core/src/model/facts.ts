/** What the conditions of a rule can refer to. NaN stands for unknown and makes no rule true. */
export interface Facts {
  readonly slo: {
    readonly breached: boolean;
    readonly quantileMs: number;
    readonly thresholdMs: number;
    /** quantile / threshold */
    readonly severity: number;
    readonly class: string;
    readonly metric: string;
  };
  readonly path: {
    readonly maxUtilizationRatio: number;
    readonly maxLossRatio: number;
    /** Least-used alternative's utilisation for the most loaded hop. */
    readonly bestAlternativeUtilizationRatio: number;
    readonly downLinks: number;
    /** Load of the hottest spot on the paths over the mean of its parallel links; 1: even. */
    readonly imbalanceRatio: number;
    /** Share of the hottest spot that is the workload's own traffic, at most. */
    readonly ownShareRatio: number;
    /** Largest share that a link on the paths sends and the other end does not receive. */
    readonly grayLossRatio: number;
    /** Senders of the workload to the host port that is under pressure; 0 when none is. */
    readonly fanIn: number;
    /** Elephants of ten seconds and more on the paths' links under pressure; absent: unknown. */
    readonly elephants?: number;
  };
  readonly queue: {
    /** Largest mean depth of the workload's own queue on its paths, bytes. */
    readonly depthBytes: number;
    /** The same over the limit in force of that queue, 0..1 and above. */
    readonly depthRatio: number;
    readonly peakDepthBytes: number;
    readonly lossRatio: number;
    readonly markRatio: number;
    /** Longest mean wait in one of these queues, ms. */
    readonly delayMs: number;
    /** Mean depth over what the link needs to stay full; above 1 it only adds delay. */
    readonly standingRatio: number;
    /** Its traffic waits at the share that its weight gives it, while another queue has the rest. */
    readonly starved: boolean;
    /** Share of the port that a queue held back by its weight gets; unknown where none is. */
    readonly shareRatio: number;
  };
  readonly loss: {
    /** Largest loss ratio on the paths, any queue. */
    readonly ratio: number;
  };
  /** Absent in records from before symptoms were told apart. */
  readonly symptom?: {
    /** `latency`, `throughput`, `jitter`, `burn-rate` or `foreseen`; `unknown` without incident. */
    readonly kind: string;
  };
  /** Absent in records from before pauses were counted. */
  readonly pfc?: {
    /** Largest share of time for which a port on the paths may be held back by pause frames. */
    readonly pauseRatio: number;
  };
  /** Load of the paths at the horizon of the forecast: that of the channel with the largest upper. */
  readonly forecast: {
    readonly maxUtilizationRatio: number;
    /** Ends of the interval around it. */
    readonly upperUtilizationRatio: number;
    readonly lowerUtilizationRatio: number;
    readonly horizonMs: number;
  };
  readonly cause: {
    /** Most likely cause, and its score 0..1. */
    readonly name: string;
    readonly score: number;
  };
}
