import type { TrafficClass, WorkloadMetric } from '@weir/core/model';

/** Histograms that are listened to, and what they are observations of. */
export const WORKLOAD_METRICS: ReadonlyMap<string, WorkloadMetric> = new Map([
  // OpenTelemetry semantic conventions, HTTP server metrics.
  ['http.server.request.duration', 'request-latency'],
  ['weir.request.duration', 'request-latency'],
  ['weir.training.iteration.duration', 'iteration-time'],
  ['weir.collective.duration', 'collective-time'],
  ['weir.training.compute.duration', 'compute-time'],
]);

/** Length of one unit in ms, by UCUM code. */
export const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['ms', 1],
  ['us', 1e-3],
  ['ns', 1e-6],
]);

export const WORKLOAD_ATTRIBUTES = ['service.name', 'weir.workload'] as const;
/** Who of a workload measured it, of a point or of its resource, the first that is there. */
export const WORKER_ATTRIBUTES = ['weir.worker', 'host.name'] as const;
export const CLASS_ATTRIBUTE = 'weir.traffic_class';

/** Class of a sender that does not name one: the least urgent that fits the metric. */
export const DEFAULT_CLASS: Readonly<Record<WorkloadMetric, TrafficClass>> = {
  'request-latency': 'best-effort',
  'iteration-time': 'training',
  'collective-time': 'training',
  'compute-time': 'training',
};
