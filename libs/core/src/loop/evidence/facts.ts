import type { Cause, Facts, SymptomKind } from '../../model';
import type { Evidence } from './gather';
import type { QueueEvidence } from './queues';
import type { Starvation } from './starvation';

/** Largest of the figures that are known; NaN when none is. */
export function largest(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? NaN : known.reduce((top, value) => Math.max(top, value));
}

/** From this score on a queue is called starved. */
export const STARVED = 0.5;

/** The own queue that its scheduler holds back most. */
function mostStarved(own: readonly QueueEvidence[]): Starvation | null {
  return own.reduce<Starvation | null>(
    (most, { starvation }) =>
      starvation !== null && (most === null || starvation.score > most.score) ? starvation : most,
    null,
  );
}

/** Senders at the port under pressure, or at the one whose bursts are named as the cause. */
function fanInUnderPressure({ channels }: Evidence, named: Cause | undefined): number {
  const at = named?.name === 'incast' ? named.at : '';
  const senders = channels
    .filter((item) => item.pressure > 0.3 || item.key === at)
    .map((item) => Math.max(item.fanIn, item.key === at ? item.fanInBehind : 0));
  return largest(senders) || 0;
}

/** A flow is called an elephant after so long (MISSION A2). */
const ELEPHANT_MS = 10_000;

const elephantsIn = (hotSpots: Evidence['hotSpots']): number =>
  hotSpots.reduce(
    (sum, { elephants, elephantMs }) => (elephantMs >= ELEPHANT_MS ? sum + elephants : sum),
    0,
  );

export function factsFrom(
  evidence: Evidence,
  causes: readonly Cause[],
  forecast: Facts['forecast'],
  symptom: SymptomKind | undefined,
): Facts {
  const { state, thresholdMs, channels, queues } = evidence;
  const own = queues.filter((queue) => queue.own);
  const top = causes[0];
  const starved = mostStarved(own);
  const hottest = evidence.hotSpots[0];
  return {
    slo: {
      breached: state.state === 'breached',
      quantileMs: state.quantileMs,
      thresholdMs,
      severity: state.quantileMs / thresholdMs,
      class: state.objective.class,
      metric: state.objective.metric,
    },
    symptom: { kind: symptom ?? 'unknown' },
    path: {
      maxUtilizationRatio: largest(channels.map((item) => item.utilizationRatio)),
      maxLossRatio: largest(channels.map((item) => item.lossRatio)),
      bestAlternativeUtilizationRatio: evidence.bestAlternative,
      downLinks: evidence.downChannels.length,
      imbalanceRatio: hottest === undefined ? 1 : hottest.imbalanceRatio,
      ownShareRatio: hottest === undefined ? NaN : hottest.ownShareRatio,
      grayLossRatio: largest(channels.flatMap((item) => [item.grayLossRatio, item.damagedRatio])),
      fanIn: fanInUnderPressure(evidence, top),
      elephants: elephantsIn(evidence.hotSpots),
    },
    queue: {
      depthBytes: largest(own.map((queue) => queue.depthBytes)),
      depthRatio: largest(own.map((queue) => queue.depthRatio)),
      peakDepthBytes: largest(own.map((queue) => queue.peakDepthBytes)),
      lossRatio: largest(own.map((queue) => queue.lossRatio)),
      markRatio: largest(own.map((queue) => queue.markRatio)),
      delayMs: largest(own.map((queue) => queue.delayMs)),
      standingRatio: largest(own.map((queue) => queue.standingRatio)),
      starved: starved !== null && starved.score > STARVED,
      shareRatio: starved === null ? NaN : starved.shareRatio,
    },
    loss: {
      ratio: largest([
        ...channels.map((item) => item.lossRatio),
        ...queues.map((queue) => queue.lossRatio),
      ]),
    },
    pfc: { pauseRatio: largest(channels.map((item) => item.pausedRatio ?? NaN)) },
    forecast,
    cause: { name: top?.name ?? 'unknown', score: top?.score ?? 0 },
  };
}
