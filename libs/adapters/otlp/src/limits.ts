/** Bounds on what senders can make the receiver keep. */
export interface OtlpLimits {
  /** One export request, uncompressed, in bytes. */
  readonly maxMessageBytes: number;
  /** Distinct workloads that are listened to at a time. */
  readonly maxWorkloads: number;
  /** Cumulative and delta streams (one per set of attributes) that are remembered. */
  readonly maxStreams: number;
  /** Without a point for this long a workload or stream is forgotten, ms. */
  readonly idleMs: number;
  /** Buckets of one data point. */
  readonly maxBuckets: number;
  /** Length of a workload's name. */
  readonly maxNameLength: number;
}

export const DEFAULT_OTLP_LIMITS: OtlpLimits = {
  maxMessageBytes: 8 * 1024 * 1024,
  maxWorkloads: 4096,
  maxStreams: 50_000,
  idleMs: 15 * 60_000,
  maxBuckets: 1024,
  maxNameLength: 255,
};
