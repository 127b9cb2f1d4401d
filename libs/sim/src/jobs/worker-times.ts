import type { Random } from '@weir/core/base';
import { logNormal } from './draws';
import { Histogram } from './histogram';
import type { TrainingSpec } from './job';

/** Slowest of the stragglers and of all others in a step, ms. */
export interface SlowestMs {
  readonly stragglers: number;
  readonly others: number;
}

/**
 * Compute times of each worker, for jobs that report them. The job itself draws only the slowest of
 * all; the others are drawn below that from a stream of their own, so that whether workers report
 * changes nothing of what happens.
 */
export class WorkerTimes {
  private iterationMs: number[];
  private histograms: Histogram[];

  constructor(
    private readonly spec: TrainingSpec,
    private readonly random: Random,
  ) {
    this.iterationMs = spec.workers.map(() => 0);
    this.histograms = spec.workers.map(() => new Histogram());
  }

  /** One step of an iteration; one of each kind, whichever, is the slowest. */
  step(medianMs: number, slowest: SlowestMs): void {
    const { workers, stragglers, computeJitter } = this.spec;
    const slow = new Set(stragglers?.workers ?? []);
    const isSlow = workers.map((worker) => slow.has(worker));
    const lastOf = (kind: boolean): number => {
      const own = isSlow.flatMap((one, rank) => (one === kind ? [rank] : []));
      return own[this.random.below(Math.max(1, own.length))] ?? -1;
    };
    const [lastSlow, lastOther] = [lastOf(true), lastOf(false)];
    workers.forEach((_, rank) => {
      const [most, last, factor] =
        isSlow[rank] === true
          ? [slowest.stragglers, lastSlow, stragglers?.slowdown ?? 1]
          : [slowest.others, lastOther, 1];
      const drawnMs = factor * logNormal(medianMs, computeJitter, this.random);
      const ms = rank === last ? most : Math.min(most, drawnMs);
      this.iterationMs[rank] = (this.iterationMs[rank] ?? 0) + ms;
    });
  }

  endIteration(): void {
    this.iterationMs.forEach((ms, rank) => this.histograms[rank]?.record(ms));
    this.iterationMs = this.iterationMs.map(() => 0);
  }

  /** Of the iterations since the last call, by worker. */
  take(): { readonly worker: string; readonly histogram: Histogram }[] {
    return this.spec.workers.flatMap((worker, rank) => {
      const histogram = this.histograms[rank]?.take();
      return histogram === undefined || histogram.count === 0 ? [] : [{ worker, histogram }];
    });
  }

  copy(): WorkerTimes {
    const copy = new WorkerTimes(this.spec, this.random.copy());
    copy.iterationMs = [...this.iterationMs];
    copy.histograms = this.histograms.map((histogram) => histogram.copy());
    return copy;
  }
}
