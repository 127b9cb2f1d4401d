/** Traffic that a workload offers along one path, as a fluid. */
export interface Offer {
  readonly workload: string;
  readonly channels: readonly number[];
  readonly queue: number;
  readonly prefix: string;
  /** Open: sends what it has, whatever happens to it. Elastic: congestion-controlled, takes its share. */
  readonly kind: 'open' | 'elastic';
  /** Open: mean rate. Elastic: own limit, usually Infinity. Bps. */
  readonly demandBps: number;
  readonly connections: number;
  /** Elastic: share of time in which it sends, 0..1; 1 is always. */
  readonly duty: number;
  /** Open: the mean rate comes in bursts of `onMs` every `periodMs`; null is smooth. */
  readonly burst: { readonly periodMs: number; readonly onMs: number } | null;
  readonly ecnCapable: boolean;
}

/** What became of the offers of one step, in the same order. */
export interface Outcome {
  /** Rate while sending, bps. */
  readonly onBps: Float64Array;
  /** Mean rate, duty included, bps. */
  readonly meanBps: Float64Array;
  readonly onBottleneck: Int32Array;
  readonly meanBottleneck: Int32Array;
}
