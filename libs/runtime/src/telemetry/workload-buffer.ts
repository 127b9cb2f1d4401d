import type { WorkloadSample } from '@weir/core/model';

interface Pending {
  readonly sample: Omit<WorkloadSample, 'ageMs'>;
  readonly counts: number[];
  errors: number;
  readonly arrivedMs: number;
}

/**
 * Observations of workloads between two frames. Reports of the same series are added up, so that
 * memory is bounded by the number of distinct series and not by the rate of reports; series above
 * the limit are refused and counted.
 */
export class WorkloadBuffer {
  private readonly pending = new Map<string, Pending>();
  /** Samples refused: malformed, or too many distinct series. */
  refused = 0;

  constructor(private readonly maxSeries: number) {}

  add(sample: Omit<WorkloadSample, 'ageMs'>, nowMs: number): void {
    if (!wellFormed(sample)) {
      this.refused++;
      return;
    }
    const { workload, class: of, metric, worker = '', boundsMs } = sample;
    const key = JSON.stringify([workload, of, metric, worker, boundsMs]);
    const known = this.pending.get(key);
    if (known !== undefined) {
      sample.counts.forEach((count, i) => (known.counts[i] = (known.counts[i] ?? 0) + count));
      known.errors += sample.errors;
      return;
    }
    if (this.pending.size >= this.maxSeries) {
      this.refused++;
      return;
    }
    const counts = [...sample.counts];
    this.pending.set(key, { sample, counts, errors: sample.errors, arrivedMs: nowMs });
  }

  /** Hands over what has come in; a series is as old as its oldest report. */
  drain(nowMs: number): readonly WorkloadSample[] {
    const samples = [...this.pending.values()].map((item) => ({
      ...item.sample,
      counts: item.counts,
      errors: item.errors,
      ageMs: nowMs - item.arrivedMs,
    }));
    this.pending.clear();
    return samples;
  }
}

function wellFormed(sample: Omit<WorkloadSample, 'ageMs'>): boolean {
  const { boundsMs, counts, errors } = sample;
  if (counts.length !== boundsMs.length + 1) return false;
  if (!(errors >= 0) || counts.some((count) => !(count >= 0 && Number.isFinite(count))))
    return false;
  return boundsMs.every((bound, i) => i === 0 || bound > (boundsMs[i - 1] as number));
}
