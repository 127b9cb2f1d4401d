import type { Facts, Objective } from '../../model';
import type { Pass } from '../pass';
import { hottestAhead } from './load';

/** What is forecast for the paths of an objective; unknown while no channel has an interval. */
export function forecastFacts(pass: Pass, objective: Objective): Facts['forecast'] {
  const ahead = hottestAhead(pass, objective, 'upper');
  const horizonMs = pass.observed.forecast?.summary?.horizonMs ?? NaN;
  return ahead === null
    ? NO_FORECAST_FACTS
    : {
        maxUtilizationRatio: ahead.next.value,
        upperUtilizationRatio: ahead.next.upper,
        lowerUtilizationRatio: Math.max(0, ahead.next.lower),
        horizonMs,
      };
}

export const NO_FORECAST_FACTS: Facts['forecast'] = {
  maxUtilizationRatio: NaN,
  upperUtilizationRatio: NaN,
  lowerUtilizationRatio: NaN,
  horizonMs: NaN,
};
