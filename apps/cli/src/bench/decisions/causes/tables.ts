import { isRight, TRUTH_CAUSES, TRUTHS } from '@weir/closed-loop';
import { quantileOf } from '../../statistics';
import type { Row } from '../report';
import type { HealthyOutcome, IncidentOutcome } from './task';

const NOTHING = 'nothing';

export const firstOf = ({ named }: IncidentOutcome): string => named[0]?.cause ?? NOTHING;
export const lastOf = ({ named }: IncidentOutcome): string => named.at(-1)?.cause ?? NOTHING;

export const rightShare = (
  outcomes: readonly IncidentOutcome[],
  of: (outcome: IncidentOutcome) => string,
): number =>
  outcomes.filter((outcome) => isRight(outcome.truth, of(outcome))).length / outcomes.length;

/** ms from the onset until the right name was given for the first time. */
export const rightAfterMs = (outcomes: readonly IncidentOutcome[]): number[] =>
  outcomes.flatMap(
    ({ truth, named }) => named.find(({ cause }) => isRight(truth, cause))?.afterMs ?? [],
  );

export const detectedAfterMs = (outcomes: readonly IncidentOutcome[]): number[] =>
  outcomes.flatMap(({ detectedMs }) => detectedMs ?? []);

const seconds = (values: readonly number[], q: number): number | null =>
  values.length === 0 ? null : Number((quantileOf(values, q) / 1000).toFixed(1));
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const columnsOf = (outcomes: readonly IncidentOutcome[]): Row => {
  const detected = detectedAfterMs(outcomes);
  const named = rightAfterMs(outcomes);
  return {
    incidents: outcomes.length,
    redrawn: outcomes.reduce((sum, { redrawn }) => sum + redrawn, 0),
    detected: detected.length,
    'right first': percent(rightShare(outcomes, firstOf)),
    'right last': percent(rightShare(outcomes, lastOf)),
    'detected s p50': seconds(detected, 0.5),
    p95: seconds(detected, 0.95),
    'right name s p50': seconds(named, 0.5),
    'p95 ': seconds(named, 0.95),
    'named instead at first': confusedWith(outcomes),
  };
};

/** Wrong names with how often they were given, the most frequent first. */
function confusedWith(outcomes: readonly IncidentOutcome[]): string {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) {
    const name = firstOf(outcome);
    if (!isRight(outcome.truth, name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const ranked = [...counts].sort((a, b) => b[1] - a[1]);
  return ranked.map(([name, count]) => `${name} ${count}`).join(', ');
}

export const byCause = (outcomes: readonly IncidentOutcome[]): Row[] =>
  TRUTH_CAUSES.flatMap((truth) => {
    const own = outcomes.filter((outcome) => outcome.truth === truth);
    if (own.length === 0) return [];
    const names = TRUTHS[truth].join(' or ');
    return [{ 'done to it': truth, 'right name': names, ...columnsOf(own) }];
  });

const SEVERITIES = [
  { title: 'up to 1.5 times the threshold', from: 0, to: 1.5 },
  { title: '1.5 to 4 times', from: 1.5, to: 4 },
  { title: 'more than 4 times', from: 4, to: Infinity },
];

export const bySeverity = (outcomes: readonly IncidentOutcome[]): Row[] =>
  SEVERITIES.flatMap(({ title, from, to }) => {
    const own = outcomes.filter(({ severity }) => severity > from && severity <= to);
    return own.length === 0 ? [] : [{ severity: title, ...columnsOf(own) }];
  });

/** Incidents whose first name was not right, so that they can be looked at. */
export const wrongRows = (outcomes: readonly IncidentOutcome[]): Row[] =>
  outcomes
    .filter((outcome) => !isRight(outcome.truth, firstOf(outcome)))
    .map((outcome) => ({
      'done to it': outcome.truth,
      number: outcome.number,
      draw: outcome.redrawn,
      severity: Number(outcome.severity.toFixed(2)),
      named: outcome.named
        .slice(0, 3)
        .map(({ afterMs, cause }) => `${cause} ${(afterMs / 1000).toFixed(1)} s`)
        .join(', '),
      how: outcome.story,
    }));

export const healthyRow = (outcomes: readonly HealthyOutcome[]): Row => {
  const alarms = outcomes.flatMap((outcome) => outcome.alarms);
  return {
    runs: outcomes.length,
    redrawn: outcomes.reduce((sum, { redrawn }) => sum + redrawn, 0),
    hours: hoursOf(outcomes),
    'false alarms': alarms.length,
    named: [...new Set(alarms)].join(', '),
  };
};

export const hoursOf = (outcomes: readonly HealthyOutcome[]): number =>
  outcomes.reduce((sum, { hours }) => sum + hours, 0);
