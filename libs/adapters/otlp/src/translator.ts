import { TRAFFIC_CLASSES, type TrafficClass, type WorkloadMetric } from '@weir/core/model';
import type { WorkloadSink } from '@weir/core/ports';
import { otlpMetrics, type otlpCollector, type otlpCommon } from '@weir/proto-gen';
import { attributesText, identityOf, marksFailure, stringAttribute } from './attributes';
import { explicitBuckets, exponentialBuckets, type Converted } from './buckets';
import type { OtlpLimits } from './limits';
import {
  CLASS_ATTRIBUTE,
  DEFAULT_CLASS,
  UNIT_MS,
  WORKER_ATTRIBUTES,
  WORKLOAD_ATTRIBUTES,
  WORKLOAD_METRICS,
} from './metric-names';
import { Streams } from './streams';
import { Tally, type ExportSummary } from './tally';

type Point = otlpMetrics.HistogramDataPoint | otlpMetrics.ExponentialHistogramDataPoint;

type HistogramData = Extract<
  NonNullable<otlpMetrics.Metric['data']>,
  { $case: 'histogram' | 'exponentialHistogram' }
>;

const Temporality = {
  DELTA: otlpMetrics.AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA,
  CUMULATIVE: otlpMetrics.AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE,
} as const;
const NO_VALUE = otlpMetrics.DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK;

interface Target {
  readonly workload: string;
  readonly class: TrafficClass;
  readonly metric: WorkloadMetric;
  readonly unitMs: number;
  /** Of the sender as a whole; null: its points may name one, and nobody else does. */
  readonly worker: string | null;
}

interface Sender {
  readonly workload: string | null;
  readonly className: string | undefined;
  readonly worker: string | null;
  readonly identity: string;
}

/** From export requests to observations of workloads. Holds the state that deltas need. */
export class Translator {
  private readonly streams: Streams;
  /** Last time each workload was heard of, monotonic ms. */
  private readonly workloads = new Map<string, number>();

  constructor(
    private readonly sink: WorkloadSink,
    private readonly limits: OtlpLimits,
    listeningSinceNs: bigint,
  ) {
    this.streams = new Streams(listeningSinceNs, limits);
  }

  get workloadCount(): number {
    return this.workloads.size;
  }

  export(request: otlpCollector.ExportMetricsServiceRequest, nowMs: number): ExportSummary {
    const tally = new Tally();
    for (const { resource, scopeMetrics } of request.resourceMetrics) {
      const sender = senderOf(resource?.attributes ?? []);
      for (const { scope, metrics } of scopeMetrics)
        for (const metric of metrics) this.metric(sender, scope?.name ?? '', metric, nowMs, tally);
    }
    return tally;
  }

  private metric(
    sender: Sender,
    scope: string,
    metric: otlpMetrics.Metric,
    nowMs: number,
    tally: Tally,
  ): void {
    const { data, name } = metric;
    const meaning = WORKLOAD_METRICS.get(name);
    if (meaning === undefined || !isHistogram(data)) {
      tally.add('ignored', data?.value.dataPoints.length ?? 0);
      return;
    }
    const target = this.target(sender, meaning, { ...metric, data }, nowMs);
    if ('problem' in target) {
      tally.reject(`${name}: ${target.problem}`, data.value.dataPoints.length);
      return;
    }
    const cumulative = data.value.aggregationTemporality === Temporality.CUMULATIVE;
    for (const { point, buckets } of this.converted(data, target.unitMs)) {
      const attributes = attributesText(point.attributes);
      const identity = identityOf(sender.identity, scope, name, metric.unit, attributes);
      const problem = this.point(target, { identity, cumulative, point, buckets }, nowMs, tally);
      if (problem !== null) tally.reject(`${name}: ${problem}`, 1);
    }
  }

  private *converted(
    data: HistogramData,
    unitMs: number,
  ): Generator<{ point: Point; buckets: Converted }> {
    const { maxBuckets } = this.limits;
    if (data.$case === 'histogram')
      for (const point of data.value.dataPoints)
        yield { point, buckets: explicitBuckets(point, unitMs, maxBuckets) };
    else
      for (const point of data.value.dataPoints)
        yield { point, buckets: exponentialBuckets(point, unitMs, maxBuckets) };
  }

  /** Why the point is rejected; null when it was counted. */
  private point(
    target: Target,
    given: { identity: string; cumulative: boolean; point: Point; buckets: Converted },
    nowMs: number,
    tally: Tally,
  ): string | null {
    const { identity, cumulative, point, buckets } = given;
    if ((point.flags & NO_VALUE) !== 0) {
      tally.add('ignored', 1);
      return null;
    }
    if ('problem' in buckets) return buckets.problem;
    const worker = workerOf(target, point);
    if ((worker?.length ?? 0) > this.limits.maxNameLength)
      return `the worker's name is longer than ${this.limits.maxNameLength}`;
    const { startTimeUnixNano: startNs, timeUnixNano: timeNs } = point;
    if (timeNs === 0n) return 'time_unix_nano is missing';
    const step = this.streams.step(identity, { startNs, timeNs, cumulative, buckets }, nowMs);
    if (step.kind === 'full') return `more than ${this.limits.maxStreams} streams`;
    tally.add(step.kind, 1);
    if (step.kind !== 'observed') return null;
    const count = step.counts.reduce((total, one) => total + one, 0);
    if (count === 0) return null;
    const errors = marksFailure(point.attributes) ? count : 0;
    const { workload, class: trafficClass, metric } = target;
    const { boundsMs } = buckets;
    this.sink.observe({
      workload,
      class: trafficClass,
      metric,
      ...(worker === null ? {} : { worker }),
      boundsMs,
      counts: step.counts,
      errors,
    });
    return null;
  }

  /** What the sender's points of this metric belong to, or why they cannot be used. */
  private target(
    sender: Sender,
    meaning: WorkloadMetric,
    metric: otlpMetrics.Metric & { data: HistogramData },
    nowMs: number,
  ): Target | { readonly problem: string } {
    const { workload, className } = sender;
    const unitMs = UNIT_MS.get(metric.unit);
    if (unitMs === undefined)
      return { problem: `unit "${metric.unit}" is not one of ${[...UNIT_MS.keys()].join(', ')}` };
    const temporality = metric.data.value.aggregationTemporality;
    if (temporality !== Temporality.CUMULATIVE && temporality !== Temporality.DELTA)
      return { problem: 'aggregation_temporality must be DELTA or CUMULATIVE' };
    if (workload === null)
      return { problem: `resource attribute ${WORKLOAD_ATTRIBUTES.join(' or ')} is missing` };
    if (workload.length > this.limits.maxNameLength)
      return { problem: `the workload's name is longer than ${this.limits.maxNameLength}` };
    const named = TRAFFIC_CLASSES.find((one) => one === className);
    if (className !== undefined && named === undefined)
      return { problem: `${CLASS_ATTRIBUTE} "${className.slice(0, 64)}" is not a traffic class` };
    if (!this.admit(workload, nowMs))
      return { problem: `more than ${this.limits.maxWorkloads} workloads` };
    const { worker } = sender;
    return { workload, class: named ?? DEFAULT_CLASS[meaning], metric: meaning, unitMs, worker };
  }

  private admit(workload: string, nowMs: number): boolean {
    if (!this.workloads.has(workload) && this.workloads.size >= this.limits.maxWorkloads) {
      for (const [name, seenMs] of this.workloads)
        if (nowMs - seenMs > this.limits.idleMs) this.workloads.delete(name);
      if (this.workloads.size >= this.limits.maxWorkloads) return false;
    }
    this.workloads.set(workload, nowMs);
    return true;
  }
}

function senderOf(attributes: readonly otlpCommon.KeyValue[]): Sender {
  const names = WORKLOAD_ATTRIBUTES.map((key) => stringAttribute(attributes, key));
  return {
    workload: names.find((name) => name !== undefined) ?? null,
    className: stringAttribute(attributes, CLASS_ATTRIBUTE),
    worker: workerIn(attributes) ?? null,
    identity: attributesText(attributes),
  };
}

const workerIn = (attributes: readonly otlpCommon.KeyValue[]): string | undefined =>
  WORKER_ATTRIBUTES.map((key) => stringAttribute(attributes, key)).find(
    (name) => name !== undefined,
  );

/** Compute times are a worker's own; all other metrics are of the workload, whoever measures. */
const workerOf = ({ metric, worker }: Target, { attributes }: Point): string | null =>
  metric === 'compute-time' ? (workerIn(attributes) ?? worker) : null;

const isHistogram = (data: otlpMetrics.Metric['data']): data is HistogramData =>
  data?.$case === 'histogram' || data?.$case === 'exponentialHistogram';
