import { CAUSES, type Cause, type CauseName, type RejectedCause } from '../../model';
import { largest } from './facts';
import type { Evidence } from './gather';
import { ROOM_RATIO } from './link-causes';
import { FILLING_RATIO } from './queue-causes';

const percent = (ratio: number): string =>
  Number.isNaN(ratio) ? 'an unknown share' : `${(ratio * 100).toFixed(1)} %`;

/** What nothing speaks for, and the figure that speaks against it. */
export function rejectedCauses(
  evidence: Evidence,
  causes: readonly Cause[],
): readonly RejectedCause[] {
  const named = new Set(causes.map(({ name }) => name));
  return CAUSES.filter((name) => !named.has(name)).flatMap((name) => {
    const why = AGAINST[name]?.(evidence) ?? '';
    return why === '' ? [] : [{ name, why }];
  });
}

/** By cause; an empty answer is "does not apply to this kind of objective". */
const AGAINST: Partial<Record<CauseName, (evidence: Evidence) => string>> = {
  congestion: ({ channels }) =>
    `the busiest link on the paths is at ${percent(largest(channels.map((item) => item.utilizationRatio)))}, not above ${percent(ROOM_RATIO)}`,
  'link-failure': ({ channels }) => `none of the ${channels.length} links on the paths is down`,
  incast: (evidence) => {
    const ports = evidence.hotSpots.filter((spot) => spot.toHost);
    if (ports.length === 0) return pressureAtHosts(evidence);
    const fanIn = largest(
      evidence.channels
        .filter(({ key }) => ports.some((port) => port.key === key))
        .map((item) => item.fanIn),
    );
    return `${fanIn || 0} senders of the workload share the host ports under pressure`;
  },
  'elephant-flow': uneven,
  'ecmp-polarisation': uneven,
  'starved-queue': ({ queues }) =>
    ownWaits(queues) + ', and no scheduler holds it to its share while another queue has the rest',
  'standing-queue': ({ queues, state }) =>
    state.objective.metric === 'request-latency'
      ? `the deepest own queue is ${(largest(queues.filter(({ own }) => own).map((queue) => queue.standingRatio)) || 0).toFixed(1)} times what its link needs`
      : '',
  'buffer-exhaustion': ({ queues }) =>
    `the fullest own queue is at ${percent(largest(queues.filter(({ own }) => own).map((queue) => queue.depthRatio)) || 0)} of its limit, not above ${percent(FILLING_RATIO)}`,
  'queue-overflow': ({ queues }) =>
    `no queue on the paths loses more than ${percent(largest(queues.map((queue) => queue.lossRatio)) || 0)}`,
  'gray-link': ({ channels }) => {
    const inside = channels.filter((item) => !item.toHost);
    const missing = largest(inside.map((item) => item.grayLossRatio));
    const floor = largest(inside.map((item) => item.grayFloor));
    return Number.isNaN(missing)
      ? 'too little is known of both ends of the links to compare them'
      : `at most ${percent(Math.max(0, missing))} is missing at the far end of a link, and sampling explains up to ${percent(floor)}`;
  },
  straggler: ({ state: { objective, job } }) =>
    objective.metric === 'iteration-time' && job.collectiveMs > 0
      ? `of ${job.iterationMs.toFixed(1)} ms for an iteration its collectives take ${job.collectiveMs.toFixed(1)} ms`
      : '',
  interference: ({ hotSpots }) => {
    const [spot] = hotSpots;
    return spot === undefined
      ? 'no link on the paths is under pressure'
      : `others have ${percent(spot.otherShareRatio)} of ${spot.key}`;
  },
  'host-limited': underPressure,
  'not-the-network': underPressure,
};

function uneven({ hotSpots, limits }: Evidence): string {
  const parallel = hotSpots.filter((spot) => !spot.toHost && spot.parallelLinks > 1);
  const worst = largest(parallel.map((spot) => spot.imbalanceRatio));
  return Number.isNaN(worst)
    ? 'none of several parallel links is under pressure'
    : `the links under pressure carry at most ${worst.toFixed(2)} times the mean of their parallel links, or no more than their weights give them; ${limits.unevenRatio} would be a sign`;
}

const pressureAtHosts = ({ channels }: Evidence): string =>
  `no host port is under pressure; the busiest is at ${percent(largest(channels.filter((item) => item.toHost).map((item) => item.meanUtilizationRatio)))}`;

const ownWaits = (queues: Evidence['queues']): string =>
  `the own queue waits ${(largest(queues.filter(({ own }) => own).map((queue) => queue.delayMs)) || 0).toFixed(1)} ms at most`;

function underPressure({ channels }: Evidence): string {
  const worst = channels.reduce<Evidence['channels'][number] | null>(
    (top, item) => (top === null || item.pressure > top.pressure ? item : top),
    null,
  );
  return worst === null || worst.pressure === 0
    ? ''
    : `${worst.key} is under pressure (${worst.pressure.toFixed(2)} of 1)`;
}
