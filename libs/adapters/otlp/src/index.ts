/**
 * OTLP/gRPC metrics receiver (opentelemetry.proto.collector.metrics.v1.MetricsService/Export): what
 * inference servers and training jobs say about themselves. Histograms of the known metrics become
 * observations of a workload; everything else is tolerated and counted. What cannot be used is
 * reported back to the sender as partial success.
 */
export * from './limits';
export * from './metric-names';
export * from './receiver';
