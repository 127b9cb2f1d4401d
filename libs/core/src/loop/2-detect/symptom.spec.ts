import type { Policy } from '../../model';
import type { ObjectiveState } from '../observed';
import { symptomOf } from './symptom';

const detect = { enterRatio: 1.05, baselineRatio: 1.25 } as Policy['detect'];
const burning = { longMs: 3.6e6, shortMs: 3e5, factor: 14.4, longRate: 20, shortRate: 30 };

interface Seen {
  readonly metric?: string;
  readonly quantile?: number;
  readonly quantileMs?: number;
  readonly medianMs?: number;
}

const state = ({ metric, quantile, quantileMs, medianMs }: Seen): ObjectiveState =>
  ({
    objective: {
      thresholdMs: 100,
      metric: metric ?? 'request-latency',
      quantile: quantile ?? 0.95,
    },
    quantileMs: quantileMs ?? 200,
    medianMs: medianMs ?? 20,
    healthyMedianMs: 20,
  }) as unknown as ObjectiveState;

describe('symptomOf', () => {
  it.each<[string, string, Seen, typeof burning | null]>([
    ['a tail beside a median as it was', 'jitter', {}, null],
    ['a median that moved with the tail', 'latency', { medianMs: 80 }, null],
    [
      'iterations that all take longer',
      'throughput',
      { metric: 'iteration-time', medianMs: 80 },
      null,
    ],
    ['some late iterations', 'jitter', { metric: 'iteration-time' }, null],
    ['a median objective that is missed', 'latency', { quantile: 0.5, medianMs: 21 }, null],
    ['a median that is not known', 'latency', { medianMs: NaN }, null],
    ['a budget that burns under a good quantile', 'burn-rate', { quantileMs: 90 }, burning],
    ['a budget that burns while the quantile is missed', 'jitter', {}, burning],
  ])('calls %s %s', (_, expected, seen, budget) => {
    const { symptom, symptomEvidence } = symptomOf(state(seen), detect, budget);
    expect(symptom).toBe(expected);
    expect(symptomEvidence.length).toBeGreaterThan(0);
  });
});
