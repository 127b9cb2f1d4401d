import { otlpCollector, otlpMetrics } from '@weir/proto-gen';
import { LATENCY_BOUNDS_MS, type Observation } from '@weir/sim';

const DELTA = otlpMetrics.AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;

/** Metric names by what is measured; requests by OpenTelemetry's semantic conventions. */
const METRIC_NAMES: Readonly<Record<Observation['metric'], string>> = {
  'request-latency': 'http.server.request.duration',
  'iteration-time': 'weir.training.iteration.duration',
  'collective-time': 'weir.collective.duration',
  'compute-time': 'weir.training.compute.duration',
};

const BOUNDS_S = LATENCY_BOUNDS_MS.map((bound) => bound / 1000);

/** One export request with the delta histograms of every workload since the last one. */
export function exportRequest(
  observations: readonly Observation[],
  startNs: bigint,
  endNs: bigint,
): otlpCollector.ExportMetricsServiceRequest {
  const byWorkload = new Map<string, Observation[]>();
  for (const observation of observations) {
    const list = byWorkload.get(observation.workload);
    if (list === undefined) byWorkload.set(observation.workload, [observation]);
    else list.push(observation);
  }
  return otlpCollector.ExportMetricsServiceRequest.fromPartial({
    resourceMetrics: [...byWorkload].map(([workload, list]) => ({
      resource: {
        attributes: [
          attribute('service.name', workload),
          attribute('weir.traffic_class', list[0]?.class ?? ''),
        ],
      },
      scopeMetrics: [
        {
          scope: { name: 'weir-fabric' },
          metrics: byMetric(list).map((same) => metric(same, startNs, endNs)),
        },
      ],
    })),
  });
}

const attribute = (key: string, text: string) => ({
  key,
  value: { value: { $case: 'stringValue' as const, value: text } },
});

/** Observations of one metric are points of it: those of workers, and of the workload as a whole. */
function byMetric(list: readonly Observation[]): (readonly [Observation, ...Observation[]])[] {
  const groups = new Map<string, [Observation, ...Observation[]]>();
  for (const observation of list) {
    const group = groups.get(observation.metric);
    if (group === undefined) groups.set(observation.metric, [observation]);
    else group.push(observation);
  }
  return [...groups.values()];
}

function metric(
  observations: readonly [Observation, ...Observation[]],
  startNs: bigint,
  endNs: bigint,
) {
  return {
    name: METRIC_NAMES[observations[0].metric],
    unit: 's',
    data: {
      $case: 'histogram' as const,
      value: {
        aggregationTemporality: DELTA,
        dataPoints: observations.flatMap((observation) => {
          const { histogram, worker } = observation;
          const own = worker === undefined ? [] : [attribute('weir.worker', worker)];
          return [
            point(histogram.counts, histogram.sumMs / 1000, startNs, endNs, own),
            ...failures(observation, startNs, endNs),
          ];
        }),
      },
    },
  };
}

/** Requests that timed out, as a point of their own with the attribute that marks failures. */
function failures(observation: Observation, startNs: bigint, endNs: bigint) {
  if (observation.errors === 0) return [];
  const counts = LATENCY_BOUNDS_MS.map(() => 0).concat(observation.errors);
  return [point(counts, 0, startNs, endNs, [attribute('error.type', 'timeout')])];
}

function point(
  counts: readonly number[],
  sum: number,
  startTimeUnixNano: bigint,
  timeUnixNano: bigint,
  attributes: ReturnType<typeof attribute>[],
) {
  return {
    attributes,
    startTimeUnixNano,
    timeUnixNano,
    count: BigInt(counts.reduce((total, count) => total + count, 0)),
    sum,
    bucketCounts: counts.map(BigInt),
    explicitBounds: BOUNDS_S,
  };
}
