/**
 * The Metrics port on prom-client. Names are checked when a metric is made (prefix `weir_`, base
 * units, `_total` on counters), and series whose label values are known beforehand start at zero,
 * so that an alert on `rate()` also sees the first event.
 */
export * from './metric-name';
export * from './prom-metrics';
