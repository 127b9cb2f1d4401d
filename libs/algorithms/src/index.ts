/**
 * Pure methods that the loop is given as strategies: routing on the topology, weights on a grid,
 * quantiles of histograms, forecasts, always-valid tests. No I/O, no clock, no randomness of their
 * own.
 */
import type { Strategies } from '@weir/core/ports';
import { forecastSeries } from './forecast';
import { greedyLikelihood } from './gray-links';
import { bufferShare } from './buffer-share';
import { sizeBuffer } from './buffer-sizing';
import { hashDependence } from './hash-dependence';
import { hashTail } from './hash-tail';
import { quantile } from './histogram';
import { stepSize } from './step-size';
import { relieve } from './relief';
import { buildRouting } from './routing';
import { sequentialTest, syntheticControl } from './sequential-test';
import { fillWeights } from './weights';

export * from './buffer-share';
export * from './buffer-sizing';
export * from './forecast';
export * from './global-first-fit';
export * from './gray-links';
export * from './hash-dependence';
export * from './hash-tail';
export * from './histogram';
export * from './placement';
export * from './relief';
export * from './routing';
export * from './sequential-test';
export * from './step-size';
export * from './traffic-engineering';
export * from './weights';

export const strategies: Strategies = {
  routing: buildRouting,
  quantile,
  fillWeights,
  relieve,
  stepSize,
  hashTail,
  hashDependence,
  bufferShare,
  sizeBuffer,
  grayLinks: (observations) => greedyLikelihood(observations),
  sequentialTest,
  syntheticControl,
  forecast: forecastSeries,
};
