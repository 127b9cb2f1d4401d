import type { ForecastProblem, SeriesForecast } from '@weir/core/ports';
import { Ensemble } from './ensemble';
import { forecastSeries } from './forecast-series';
import { Seasonal } from './seasonal';
import { trainingJob } from './testing/series';

const BASE = { horizonSteps: 3, coverage: 0.9, period: null, turn: 0 };
const values = Float64Array.from(trainingJob({ period: 20, noise: 0.1, seed: 3, count: 300 }));

/** Asks about every beginning of the values in turn, as the loop does. */
function step(options: Partial<ForecastProblem> = {}): SeriesForecast {
  let before: Float64Array | null = null;
  let answer: SeriesForecast | null = null;
  for (let count = 1; count <= values.length; count++) {
    const now = values.slice(0, count);
    answer = forecastSeries({ ...BASE, ...options, values: now, before });
    before = now;
  }
  return answer as SeriesForecast;
}

describe('forecastSeries', () => {
  it('answers by the values alone, whatever was asked before', () => {
    const fresh = forecastSeries({ ...BASE, values, before: null });
    expect(step()).toEqual(fresh);
    // The array before was gone on from by somebody else, or is of other options.
    const before = values.slice(0, 299);
    forecastSeries({ ...BASE, values: before, before: null });
    forecastSeries({ ...BASE, values: Float64Array.from([...before, 1e9]), before });
    expect(forecastSeries({ ...BASE, values: values.slice(), before })).toEqual(fresh);
    forecastSeries({ ...BASE, horizonSteps: 9, values: before, before: null });
    expect(forecastSeries({ ...BASE, values: values.slice(), before })).toEqual(fresh);
  });

  it('finds the period whenever its turn is', () => {
    for (const turn of [0, 17, 63, 64]) expect(step({ turn }).period).toBe(20);
  });

  it('forecasts nothing of nothing', () => {
    const none = forecastSeries({ ...BASE, values: new Float64Array(0), before: null });
    expect(none).toMatchObject({ value: NaN, period: null });
  });
});

describe('a period that is known from elsewhere', () => {
  const errorOf = (period: number | null): number => {
    const ensemble = new Ensemble({ horizon: 3, coverage: 0.9, period });
    const due: number[] = [];
    let error = 0;
    values.slice(0, 60).forEach((value, i) => {
      if (i >= 40) error += Math.abs(value - (due[i - 3] ?? NaN));
      ensemble.observe(value);
      due.push(ensemble.forecast().value);
    });
    return error;
  };

  it('helps before the series shows it', () => {
    expect(errorOf(20)).toBeLessThan(0.5 * errorOf(null));
  });

  it('does no harm where it is wrong', () => {
    expect(errorOf(13)).toBeLessThan(1.1 * errorOf(null));
  });

  it('need not be a whole number of samples', () => {
    const seasonal = new Seasonal(7.5);
    const wave = (i: number): number => (i % 7.5 < 3 ? 10 : 0);
    for (let i = 0; i < 300; i++) seasonal.observe(wave(i));
    let error = 0;
    for (let i = 300; i < 375; i++) {
      error += Math.abs(seasonal.forecast(1) - wave(i));
      seasonal.observe(wave(i));
    }
    expect(error / 75).toBeLessThan(2);
    expect(seasonal.name).toBe('seasonal-7.5');
  });
});
