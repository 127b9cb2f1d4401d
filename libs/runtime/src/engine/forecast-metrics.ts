import type { LoopState } from '@weir/core/loop';
import type { GaugeMetric, Metrics } from '@weir/core/ports';

/** How the forecasts of the loop come out; always exported while anything is forecast. */
export class ForecastMetrics {
  private readonly error: GaugeMetric;
  private readonly coverage: GaugeMetric;
  private readonly series: GaugeMetric;

  constructor(metrics: Metrics) {
    this.error = metrics.gauge(
      'weir_forecast_error_ratio',
      'Mean absolute error of the load forecasts over that of the last value (MASE), median of the links.',
      ['horizon_ms'],
    );
    this.coverage = metrics.gauge(
      'weir_forecast_coverage_ratio',
      'Share of the loads that fell into the interval of their forecast.',
      ['horizon_ms'],
    );
    this.series = metrics.gauge(
      'weir_forecast_series',
      'Links whose load is forecast with an interval.',
    );
  }

  /** A ratio that is not known yet has no value; it is not zero. */
  state({ forecast }: LoopState['observed']): void {
    const summary = forecast?.summary ?? null;
    this.series.set(summary?.series ?? 0);
    if (summary === null) return;
    const { horizonMs, errorRatio, coverageRatio } = summary;
    const horizon = { horizon_ms: String(horizonMs) };
    if (Number.isFinite(errorRatio)) this.error.set(errorRatio, horizon);
    if (Number.isFinite(coverageRatio)) this.coverage.set(coverageRatio, horizon);
  }
}
