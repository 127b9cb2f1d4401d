import type { Policy, SymptomKind } from '../../model';
import { thresholdOf, type ObjectiveState } from '../observed';
import type { Burning } from './burn-rate';

export interface SeenSymptom {
  readonly symptom: SymptomKind;
  /** What was measured, one sentence each. */
  readonly symptomEvidence: readonly string[];
}

/** A median that is at most so many times its healthy self has not moved. */
const MEDIAN_MOVES = 1.15;

/**
 * What kind of trouble it is. A tail that is late beside a median as it was is jitter: some wait, or
 * are sent again. Where the median moved, requests are late; of a synchronous job, in which each
 * iteration waits for all of the work, it says that less work is done in the same time.
 */
export function symptomOf(
  state: ObjectiveState,
  detect: Policy['detect'],
  burning: Burning | null,
): SeenSymptom {
  const { objective, quantileMs, medianMs, healthyMedianMs } = state;
  const limit = thresholdOf(state, detect);
  const figure = `the ${(objective.quantile * 100).toFixed(0)}th percentile is ${ms(quantileMs)} against ${ms(limit)}`;
  if (burning !== null && !(quantileMs > limit * detect.enterRatio))
    return { symptom: 'burn-rate', symptomEvidence: [burnText(burning), figure] };
  const moved = medianMs / healthyMedianMs;
  const evidence = [
    figure,
    Number.isNaN(moved)
      ? 'what the median was while healthy is not known'
      : `the median is ${ms(medianMs)}, ${moved.toFixed(2)} times what it was while healthy`,
  ];
  if (objective.quantile > 0.5 && moved <= MEDIAN_MOVES)
    return { symptom: 'jitter', symptomEvidence: evidence };
  const symptom = objective.metric === 'request-latency' ? 'latency' : 'throughput';
  return { symptom, symptomEvidence: evidence };
}

const ms = (value: number): string => (Number.isNaN(value) ? 'unknown' : `${value.toFixed(1)} ms`);

const burnText = ({ longMs, shortMs, longRate, shortRate, factor }: Burning): string =>
  `the error budget burns ${longRate.toFixed(1)} times too fast over ${minutes(longMs)} and ${shortRate.toFixed(1)} times over ${minutes(shortMs)}; ${factor} is the limit`;

const minutes = (value: number): string => `${Number((value / 60_000).toPrecision(3))} min`;
