import { PromMetrics } from '@weir/adapter-metrics-prom';
import type { ExposedMetrics } from './context';

/** Values that are known beforehand, so that these series exist from the start. */
const LABEL_VALUES = {
  verb: ['image', 'snapshot', 'commit', 'confirm', 'revert'],
  outcome: ['done', 'refused', 'mismatch', 'unknown'],
  verdict: ['improved', 'no-effect', 'harmed', 'inconclusive'],
  mode: ['off', 'observe', 'suggest', 'approve', 'auto'],
} as const;

export const prometheusMetrics = (): ExposedMetrics =>
  new PromMetrics({ labelValues: LABEL_VALUES, processMetrics: true });
