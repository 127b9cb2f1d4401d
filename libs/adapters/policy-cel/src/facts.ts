import type { Facts } from '@weir/core/model';
import type { CelInput, CelType } from '@bufbuild/cel';
import { CelScalar, celError } from '@bufbuild/cel';

export type FactType = 'double' | 'bool' | 'string';

/** What a condition can refer to: type, and a line for the reference page. */
export const FACTS = {
  'slo.breached': ['bool', 'The objective is missed, and has been for the hold time.'],
  'slo.quantileMs': ['double', "The objective's quantile in the window, ms."],
  'slo.thresholdMs': ['double', 'Its threshold, ms.'],
  'slo.severity': ['double', 'Quantile over threshold; above 1 is a miss.'],
  'slo.class': ['string', 'Traffic class, e.g. "real-time-inference".'],
  'slo.metric': ['string', 'request-latency, iteration-time or collective-time.'],
  'path.maxUtilizationRatio': ['double', 'Most utilised link on the paths of the workload, 0..1.'],
  'path.maxLossRatio': ['double', 'Largest loss ratio of a link on the paths, 0..1.'],
  'path.bestAlternativeUtilizationRatio': [
    'double',
    'Utilisation of the least used alternative to the most loaded hop, 0..1.',
  ],
  'path.downLinks': ['double', 'Links on the paths that are down.'],
  'path.imbalanceRatio': [
    'double',
    'Load of the hottest spot on the paths over the mean of its parallel links; 1 is even.',
  ],
  'path.ownShareRatio': [
    'double',
    "Share of the hottest spot that is the workload's own traffic, at most, 0..1.",
  ],
  'path.grayLossRatio': [
    'double',
    'Largest share that a link on the paths sends and its other end does not receive, 0..1.',
  ],
  'path.fanIn': ['double', 'Senders of the workload to a host port under pressure; 0 without.'],
  'path.elephants': [
    'double',
    'Flows of ten seconds and more with over a tenth of their host port, on the links under pressure.',
  ],
  'queue.depthBytes': ['double', "Largest mean depth of the workload's own queue, bytes."],
  'queue.depthRatio': ['double', 'The same over the limit in force of that queue.'],
  'queue.peakDepthBytes': ['double', 'Largest peak depth, bytes.'],
  'queue.lossRatio': ['double', 'Dropped share of the packets of the own queue, 0..1.'],
  'queue.markRatio': ['double', 'ECN-marked share of the packets of the own queue, 0..1.'],
  'queue.delayMs': ['double', 'Longest mean wait in the own queue, ms.'],
  'queue.standingRatio': [
    'double',
    'Mean depth of the own queue over what its link needs to stay full; above 1 it only adds delay.',
  ],
  'queue.starved': [
    'bool',
    'The own queue waits at the share of its port that its weight gives it, and another has the rest.',
  ],
  'queue.shareRatio': ['double', 'Share of its port that a starved queue gets, 0..1.'],
  'loss.ratio': ['double', 'Largest loss ratio on the paths, any queue, 0..1.'],
  'symptom.kind': [
    'string',
    'What made the incident: "latency", "throughput", "jitter", "burn-rate" or "foreseen".',
  ],
  'pfc.pauseRatio': [
    'double',
    'Largest share of time for which pause frames (802.3x, PFC) may hold back a port on the paths, 0..1.',
  ],
  'forecast.maxUtilizationRatio': [
    'double',
    'Forecast load, at the horizon, of the link on the paths that may become the hottest, 0..1.',
  ],
  'forecast.upperUtilizationRatio': ['double', 'Upper end of the interval of that forecast.'],
  'forecast.lowerUtilizationRatio': ['double', 'Lower end of the interval of that forecast.'],
  'forecast.horizonMs': ['double', 'How far ahead is forecast, ms.'],
  'cause.name': ['string', 'Most likely cause, e.g. "congestion".'],
  'cause.score': ['double', 'Its score, 0..1.'],
} as const satisfies Record<string, readonly [FactType, string]>;

export type FactName = keyof typeof FACTS;
export const FACT_NAMES = Object.keys(FACTS) as readonly FactName[];

const CEL_TYPE = { double: CelScalar.DOUBLE, bool: CelScalar.BOOL, string: CelScalar.STRING };

/** Facts are declared under their whole dotted name, which CEL resolves before field selection. */
export const FACT_VARIABLES: Record<string, CelType> = Object.fromEntries(
  FACT_NAMES.map((name) => [name, CEL_TYPE[FACTS[name][0]]]),
);

/**
 * An unknown fact is bound to an error: CEL carries errors through comparisons and negation, and
 * `false && error` is false, `true || error` is true, which is the logic of the unknown.
 */
const UNKNOWN = celError('unknown');
export type Bindings = Record<string, CelInput>;

const SPLIT = FACT_NAMES.map((name) => [name, ...(name.split('.') as [string, string])] as const);

export function bindingsOf(facts: Facts): Bindings {
  const groups = facts as unknown as Record<string, Record<string, number | boolean | string>>;
  const bindings: Record<string, unknown> = {};
  for (const [name, group, field] of SPLIT) {
    const value = groups[group]?.[field];
    const unknown = value === undefined || value === null || Number.isNaN(value);
    bindings[name] = unknown ? UNKNOWN : value;
  }
  return bindings as Bindings;
}
