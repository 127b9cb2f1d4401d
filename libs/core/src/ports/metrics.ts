/** Counters, gauges and histograms under `weir_` names; label values are given at creation. */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): CounterMetric;
  gauge(name: string, help: string, labels?: readonly string[]): GaugeMetric;
  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly string[],
  ): HistogramMetric;
}
export interface CounterMetric {
  add(value: number, labels?: Readonly<Record<string, string>>): void;
}
export interface GaugeMetric {
  set(value: number, labels?: Readonly<Record<string, string>>): void;
}
export interface HistogramMetric {
  observe(value: number, labels?: Readonly<Record<string, string>>): void;
}
