import { isRight } from '@weir/closed-loop';
import type { Row } from '../report';
import type { IncidentOutcome } from './task';

/** What was said of a first name, and whether it was so. */
interface Stated {
  readonly probability: number;
  readonly right: boolean;
}

export const statedOf = (outcomes: readonly IncidentOutcome[]): readonly Stated[] =>
  outcomes.flatMap(({ truth, named: [first] }) =>
    first?.probability === undefined
      ? []
      : [{ probability: first.probability, right: isRight(truth, first.cause) }],
  );

/** Mean squared distance of the stated probability from 1 where right, from 0 where wrong. */
export const brierScore = (stated: readonly Stated[]): number =>
  meanOf(stated.map(({ probability, right }) => (probability - (right ? 1 : 0)) ** 2));

/** Upper ends; the last takes 1 as well. */
const BINS: readonly number[] = [0.5, 0.7, 0.9, 0.97, 1];

/** How often names were right that were stated with about the same probability. */
export const reliabilityRows = (stated: readonly Stated[]): Row[] =>
  BINS.flatMap((to, i) => {
    const from = BINS[i - 1] ?? 0;
    const own = stated.filter(
      ({ probability }) => probability >= from && (probability < to || to === 1),
    );
    if (own.length === 0) return [];
    return [
      {
        stated: `${from} to ${to}`,
        names: own.length,
        'stated, mean': percent(meanOf(own.map(({ probability }) => probability))),
        right: percent(meanOf(own.map(({ right }) => (right ? 1 : 0)))),
      },
    ];
  });

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
