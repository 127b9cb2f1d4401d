import type { otlpMetrics } from '@weir/proto-gen';

/**
 * A histogram as the loop wants it: ascending upper bounds in ms, one more count than bounds.
 */
export interface Buckets {
  readonly boundsMs: readonly number[];
  readonly counts: readonly number[];
}

/** Why a point cannot be used, for the sender. */
export type Converted = Buckets | { readonly problem: string };

/** Explicit bounds, checked: what a sender calls a histogram need not be one. */
export function explicitBuckets(
  point: otlpMetrics.HistogramDataPoint,
  unitMs: number,
  maxBuckets: number,
): Converted {
  const { bucketCounts, explicitBounds } = point;
  if (bucketCounts.length === 0) return { problem: 'the histogram has no buckets' };
  if (bucketCounts.length > maxBuckets) return { problem: `more than ${maxBuckets} buckets` };
  if (bucketCounts.length !== explicitBounds.length + 1)
    return { problem: 'bucket_counts must be one longer than explicit_bounds' };
  const ascending = explicitBounds.every(
    (bound, i) => Number.isFinite(bound) && (i === 0 || bound > (explicitBounds[i - 1] as number)),
  );
  if (!ascending) return { problem: 'explicit_bounds must be finite and ascending' };
  const sum = bucketCounts.reduce((total, count) => total + count, 0n);
  if (sum !== point.count) return { problem: 'count is not the sum of bucket_counts' };
  if (sum > BigInt(Number.MAX_SAFE_INTEGER)) return { problem: 'count is too large' };
  return {
    boundsMs: explicitBounds.map((bound) => bound * unitMs),
    counts: bucketCounts.map(Number),
  };
}

/** Grid scale 3: bounds grow by 2^(1/8), 9 %; finer exponential scales fold into it exactly. */
const GRID_SCALE = 3;
const SHORTEST_MS = 1e-3;
const LONGEST_MS = 4e6;

/**
 * Exponential histogram on a fixed grid of powers of 2^(1/8) of the sender's unit, so that points
 * whose scale or offset moves can still be subtracted. Values outside 1 us .. 4,000 s go to the
 * first or last bucket, and so do zero and negative ones to the first.
 */
export function exponentialBuckets(
  point: otlpMetrics.ExponentialHistogramDataPoint,
  unitMs: number,
  maxBuckets: number,
): Converted {
  const positive = point.positive ?? { offset: 0, bucketCounts: [] };
  const negative = point.negative?.bucketCounts ?? [];
  if (positive.bucketCounts.length + negative.length > maxBuckets)
    return { problem: `more than ${maxBuckets} buckets` };
  if (point.scale < -10 || point.scale > 20) return { problem: 'scale must be -10..20' };
  const below = negative.reduce((total, count) => total + count, point.zeroCount);
  const sum = positive.bucketCounts.reduce((total, count) => total + count, below);
  if (sum !== point.count) return { problem: 'count is not the sum of the bucket counts' };
  if (sum > BigInt(Number.MAX_SAFE_INTEGER)) return { problem: 'count is too large' };

  const first = Math.floor(8 * Math.log2(SHORTEST_MS / unitMs));
  const last = Math.ceil(8 * Math.log2(LONGEST_MS / unitMs));
  const boundsMs: number[] = [];
  for (let index = first; index <= last; index++) boundsMs.push(2 ** (index / 8) * unitMs);
  const counts = new Array<number>(boundsMs.length + 1).fill(0);
  counts[0] = Number(below);
  positive.bucketCounts.forEach((count, i) => {
    const upper = gridIndex(positive.offset + i + 1, point.scale);
    const slot = Math.min(Math.max(upper - first, 0), counts.length - 1);
    counts[slot] = (counts[slot] as number) + Number(count);
  });
  return { boundsMs, counts };
}

/** Exponent of the grid bound at or above 2^(exponent * 2^-scale). */
const gridIndex = (exponent: number, scale: number): number =>
  Math.ceil(exponent * 2 ** (GRID_SCALE - scale));
