import type { ForecastProblem, SeriesForecast } from '@weir/core/ports';
import { Ensemble } from './ensemble';

interface Learnt {
  /** Values that the ensemble has seen. */
  count: number;
  readonly key: string;
  readonly ensemble: Ensemble;
}

/** By the values that were learnt; an array of values is never changed in place. */
const learnt = new WeakMap<Float64Array, Learnt>();

/**
 * Forecast of a series by the ensemble of its values, from the first to the last. A pure function of
 * the problem: what was learnt from the values before is only kept so that it need not be learnt
 * again, and where it is not there (after a restart, in a replay, from an older state) it is.
 */
export function forecastSeries(problem: ForecastProblem): SeriesForecast {
  const { values, before, horizonSteps: horizon, coverage, period, turn } = problem;
  const key = `${horizon}|${coverage}|${period ?? ''}|${turn}`;
  const earlier = before === null ? undefined : learnt.get(before);
  const goesOn = earlier?.key === key && earlier.count === values.length - 1;
  const state: Learnt = goesOn
    ? earlier
    : { count: 0, key, ensemble: new Ensemble({ horizon, coverage, period, turn }) };
  // It goes on from here: what still asks about the values before learns anew.
  if (goesOn && before !== null) learnt.delete(before);
  for (let i = state.count; i < values.length; i++) state.ensemble.observe(values[i]!);
  state.count = values.length;
  learnt.set(values, state);
  return { ...state.ensemble.forecast(), period: state.ensemble.learntPeriod };
}
