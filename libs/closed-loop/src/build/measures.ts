import type { ScenarioDocument } from '@weir/contracts';
import { ok, type Result } from '@weir/core/base';
import type { JobSpec } from '@weir/sim';
import type { MeasureMetric, Window, Windows } from '../result';
import type { BuiltJob } from './jobs';
import { all, mistake, unknownName } from './refusals';
import type { TimelineEntry } from './timeline';

export interface Measure {
  readonly workload: string;
  readonly metric: MeasureMetric;
  readonly quantile: number;
}

const METRICS: Readonly<Record<JobSpec['kind'], readonly MeasureMetric[]>> = {
  inference: ['request-latency', 'throughput'],
  transfers: ['request-latency', 'throughput'],
  training: ['iteration-time', 'collective-time', 'throughput'],
  bulk: ['throughput'],
  scan: ['throughput'],
  flood: ['throughput'],
};

/** The metric meant: the one given, if the workload has it, or the workload's own. */
export function metricOf(
  given: { readonly workload: string; readonly metric?: MeasureMetric | undefined },
  jobs: readonly BuiltJob[],
  where: string,
): Result<MeasureMetric> {
  const job = jobs.find((known) => known.spec.name === given.workload);
  if (job === undefined) {
    const names = jobs.map((known) => known.spec.name);
    return unknownName(`${where}.workload`, 'workload', given.workload, names);
  }
  const known = METRICS[job.spec.kind];
  const metric = given.metric ?? known[0] ?? 'throughput';
  if (known.includes(metric)) return ok(metric);
  const reason = `${job.spec.kind} has no ${metric}; it has ${known.join(', ')}`;
  return mistake(`${where}.metric`, reason);
}

type Wanted = ScenarioDocument['spec']['measures'][number];

/** What a run reports: the file's measures or one for each workload, and what it expects. */
export function buildMeasures(
  { measures, expect }: ScenarioDocument['spec'],
  jobs: readonly BuiltJob[],
): Result<Measure[]> {
  const each = (list: readonly Wanted[], where: string): Result<Measure[]> =>
    all(list, (measure, i) => {
      const metric = metricOf(measure, jobs, `${where}[${i}]`);
      if (!metric.ok) return metric;
      const { workload, quantile } = measure;
      return ok({ workload, metric: metric.value, quantile });
    });
  const own = jobs.map((job): Wanted => ({ workload: job.spec.name, quantile: 0.95 }));
  const reported = each(measures.length > 0 ? measures : own, 'spec.measures');
  if (!reported.ok) return reported;
  const expected = each(expect.measures, 'spec.expect.measures');
  if (!expected.ok) return expected;
  const found = new Map(
    [...reported.value, ...expected.value].map((measure) => [JSON.stringify(measure), measure]),
  );
  return ok([...found.values()]);
}

/** The parts of a run over which figures are taken. */
export function windowsOf(
  { durationMs, warmupMs, evaluation }: ScenarioDocument['spec'],
  timeline: readonly TimelineEntry[],
): Result<Windows> {
  // What happens in the warm-up is how things are, not what goes wrong.
  const first = timeline.find((entry) => entry.atMs > warmupMs)?.atMs ?? durationMs;
  const fromMs = evaluation.fromMs ?? (first < durationMs ? first : warmupMs);
  const window: Window = { fromMs, toMs: evaluation.toMs ?? durationMs };
  if (window.fromMs >= window.toMs)
    return mistake('spec.evaluation', `from ${window.fromMs} to ${window.toMs} ms is no time`);
  return ok({
    whole: { fromMs: warmupMs, toMs: durationMs },
    before: { fromMs: warmupMs, toMs: first },
    evaluation: window,
    end: { fromMs: Math.max(warmupMs, durationMs * 0.75), toMs: durationMs },
  });
}
