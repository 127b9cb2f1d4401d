/** Upper bounds in ms, 1 ms to 20 s, a fifth apart: fine enough for a p95, few enough to send. */
export const LATENCY_BOUNDS_MS: readonly number[] = Array.from({ length: 55 }, (_, i) =>
  Number((1.2 ** i).toPrecision(4)),
);

/** Observations since the last take; explicit bounds, one more count for the overflow. */
export class Histogram {
  counts = new Array<number>(LATENCY_BOUNDS_MS.length + 1).fill(0);
  count = 0;
  sumMs = 0;

  record(valueMs: number, times = 1): void {
    let low = 0;
    let high = LATENCY_BOUNDS_MS.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (valueMs <= (LATENCY_BOUNDS_MS[middle] ?? Infinity)) high = middle;
      else low = middle + 1;
    }
    this.counts[low] = (this.counts[low] ?? 0) + times;
    this.count += times;
    this.sumMs += valueMs * times;
  }

  merge(other: Histogram): void {
    other.counts.forEach((count, i) => (this.counts[i] = (this.counts[i] ?? 0) + count));
    this.count += other.count;
    this.sumMs += other.sumMs;
  }

  copy(): Histogram {
    const copy = new Histogram();
    copy.merge(this);
    return copy;
  }

  /** What was recorded since the last call; this one starts again at zero. */
  take(): Histogram {
    const taken = new Histogram();
    taken.merge(this);
    this.counts.fill(0);
    this.count = 0;
    this.sumMs = 0;
    return taken;
  }

  /** Linear inside the bucket; NaN without observations. */
  quantileMs(quantile: number): number {
    if (this.count === 0) return NaN;
    let left = quantile * this.count;
    for (let i = 0; i < this.counts.length; i++) {
      const here = this.counts[i] ?? 0;
      if (here > 0 && left <= here) {
        const low = i === 0 ? 0 : (LATENCY_BOUNDS_MS[i - 1] ?? 0);
        const high = LATENCY_BOUNDS_MS[i] ?? low * 1.2;
        return low + ((high - low) * left) / here;
      }
      left -= here;
    }
    return LATENCY_BOUNDS_MS.at(-1) ?? NaN;
  }
}
