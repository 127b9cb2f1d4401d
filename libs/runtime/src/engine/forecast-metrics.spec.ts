import type { LoopState } from '@weir/core/loop';
import type { Metrics } from '@weir/core/ports';
import { ForecastMetrics } from './forecast-metrics';

type Forecast = LoopState['observed']['forecast'];

function exported(forecasts: readonly Forecast[]): Map<string, number> {
  const values = new Map<string, number>();
  const metrics = {
    gauge: (name: string) => ({
      set: (value: number, labels: Record<string, string> = {}) =>
        values.set([name, ...Object.values(labels)].join(' '), value),
    }),
  } as unknown as Metrics;
  const own = new ForecastMetrics(metrics);
  for (const forecast of forecasts) own.state({ forecast } as LoopState['observed']);
  return values;
}

const withSummary = (errorRatio: number, coverageRatio: number): Forecast =>
  ({ summary: { series: 7, horizonMs: 30_000, errorRatio, coverageRatio } }) as Forecast;

describe('metrics of the forecasts', () => {
  it('are the error and the coverage by horizon', () => {
    expect([...exported([withSummary(0.7, 0.91)])]).toEqual([
      ['weir_forecast_series', 7],
      ['weir_forecast_error_ratio 30000', 0.7],
      ['weir_forecast_coverage_ratio 30000', 0.91],
    ]);
  });

  it('have no value where none is known, which is not zero', () => {
    expect([...exported([null])]).toEqual([['weir_forecast_series', 0]]);
    expect([...exported([withSummary(NaN, NaN)])]).toEqual([['weir_forecast_series', 7]]);
  });
});
