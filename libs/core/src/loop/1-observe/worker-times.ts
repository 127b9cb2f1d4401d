import type { Objective, TelemetryFrame, WorkloadSample } from '../../model';
import { median } from '../effect';
import type { WorkerReport } from '../observed';

/** Reports of a worker that are looked back on. */
const REPORTS = 5;
/** Fewer others have no median worth the name. */
const MIN_OTHERS = 3;
/** A worker that has said nothing for so long is gone, ms. */
const GONE_MS = 60_000;
/** Below this over the median nobody is slow; it spares looking closer at most of them. */
const SLOWER = 1.15;
/** Of the others' median: scatter below it is not believed. */
const LEAST_SCATTER = 0.05;
/** Standard deviations in a median absolute deviation of a normal distribution. */
const PER_MAD = 1.4826;

export type WorkerReports = ReadonlyMap<string, WorkerReport>;

/**
 * Folds what the workers of a training job say of their own compute times. Each report is compared
 * with the latest of all others, leaving itself out: its distance from their median in units of
 * their median absolute deviation. Half of the workers may be odd and neither of the two moves.
 */
export function foldWorkerTimes(
  known: WorkerReports,
  { metric, workloads }: Objective,
  frame: TelemetryFrame,
): WorkerReports {
  if (metric !== 'iteration-time') return known;
  const reports = frame.workloads.filter(
    (sample) => sample.metric === 'compute-time' && workloads.includes(sample.workload),
  );
  if (reports.length === 0) return known;
  const next = new Map([...known].filter(([, { atMs }]) => frame.atMs - atMs <= GONE_MS));
  const arrived = reports.flatMap((sample) => {
    const worker = sample.worker ?? '';
    const mean = meanOf(sample);
    if (worker === '' || mean === null) return [];
    const before = next.get(worker)?.deviations ?? [];
    next.set(worker, { ...mean, atMs: frame.atMs, othersMs: NaN, deviations: before });
    return [worker];
  });
  const medianMs = median([...next.values()].map(({ meanMs }) => meanMs));
  for (const worker of arrived) {
    const own = next.get(worker) as WorkerReport;
    const judged = judge(worker, own, next, medianMs);
    next.set(worker, {
      ...own,
      othersMs: judged.othersMs,
      deviations: [...own.deviations, judged.deviations].slice(-REPORTS),
    });
  }
  return next;
}

function judge(
  worker: string,
  { meanMs, bucketMs }: WorkerReport,
  all: WorkerReports,
  medianMs: number,
): { othersMs: number; deviations: number } {
  if (all.size <= MIN_OTHERS || !(meanMs > SLOWER * medianMs))
    return { othersMs: medianMs, deviations: 0 };
  const others = [...all].flatMap(([name, report]) => (name === worker ? [] : [report.meanMs]));
  const othersMs = median(others);
  const mad = median(others.map((ms) => Math.abs(ms - othersMs)));
  // What is anywhere in its bucket scatters by its width over the root of 12.
  const scatter = Math.max(
    PER_MAD * mad,
    LEAST_SCATTER * othersMs,
    (Math.SQRT2 * bucketMs) / Math.sqrt(12),
  );
  return { othersMs, deviations: (meanMs - othersMs) / scatter };
}

/** Mean of a report, each bucket at its middle, and the width of the bucket it is in, ms. */
function meanOf({ boundsMs, counts }: WorkloadSample): { meanMs: number; bucketMs: number } | null {
  let [sum, count, widths] = [0, 0, 0];
  counts.forEach((n, i) => {
    const upper = boundsMs[i] ?? boundsMs.at(-1) ?? 0;
    const lower = i === 0 ? 0 : (boundsMs[i - 1] ?? upper);
    sum += (n * (upper + lower)) / 2;
    widths += n * (upper - lower);
    count += n;
  });
  return count === 0 ? null : { meanMs: sum / count, bucketMs: widths / count };
}
