/**
 * Quantile of a histogram with explicit upper bounds (ascending; `counts` has one more entry for
 * what lies above the last bound), interpolated linearly within the bucket as Prometheus'
 * histogram_quantile does. What lies above the last bound is reported as that bound. NaN when the
 * histogram is empty.
 */
export function quantile(
  boundsMs: readonly number[],
  counts: readonly number[],
  q: number,
): number {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0 || boundsMs.length === 0) return NaN;
  const rank = Math.min(1, Math.max(0, q)) * total;
  let below = 0;
  for (let i = 0; i < boundsMs.length; i++) {
    const count = counts[i] ?? 0;
    if (count > 0 && below + count >= rank) {
      const upper = boundsMs[i] as number;
      const lower = i === 0 ? 0 : (boundsMs[i - 1] as number);
      return lower + ((upper - lower) * Math.max(0, rank - below)) / count;
    }
    below += count;
  }
  return boundsMs[boundsMs.length - 1] as number;
}
