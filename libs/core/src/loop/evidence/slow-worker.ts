import type { WorkerReport } from '../observed';

/** Deviations from all others beyond which a report is late, and reports that have to be late. */
const LATE_BEYOND = 4;
const LATE_REPORTS = 3;

/** A worker that computes for longer than the others, who wait for it. */
export interface SlowWorker {
  readonly worker: string;
  readonly meanMs: number;
  /** Median of all others. */
  readonly othersMs: number;
  /** Least of the deviations of its late reports. */
  readonly deviations: number;
  readonly lateReports: number;
  readonly reports: number;
  readonly workers: number;
}

/** The slowest of those that were late in most of their reports; null where all are alike. */
export function slowWorkerOf(reports: ReadonlyMap<string, WorkerReport>): SlowWorker | null {
  let slowest: SlowWorker | null = null;
  for (const [worker, { meanMs, othersMs, deviations }] of reports) {
    const late = deviations.filter((one) => one > LATE_BEYOND);
    if (late.length < LATE_REPORTS || !(meanMs > (slowest?.meanMs ?? othersMs))) continue;
    slowest = {
      ...{ worker, meanMs, othersMs },
      deviations: Math.min(...late),
      lateReports: late.length,
      reports: deviations.length,
      workers: reports.size,
    };
  }
  return slowest;
}
