import { CAUSE_DEFAULTS, type Objective } from '../../../model';
import { UNKNOWN_JOB_TIMES, type JobTimes, type ObjectiveState } from '../../observed';
import type { ChannelEvidence, Evidence } from '../gather';
import type { HotSpot } from '../hot-spots';
import type { QueueEvidence } from '../queues';
import type { Starvation } from '../starvation';

/** Evidence of paths on which nothing is wrong, with what a test wants to be wrong. */

export const channel = (over: Partial<ChannelEvidence>): ChannelEvidence => ({
  key: 'leaf1:s1',
  share: 0.5,
  utilizationRatio: 0.3,
  meanUtilizationRatio: 0.3,
  lossRatio: 0,
  up: true,
  toHost: false,
  grayLossRatio: 0,
  grayFloor: 0.003,
  damagedRatio: NaN,
  slow: false,
  pausedRatio: 0,
  pressure: 0,
  fanIn: 0,
  fanInBehind: 0,
  asUsual: false,
  ...over,
});
export const queue = (over: Partial<QueueEvidence>): QueueEvidence => ({
  key: 'leaf1:s1:rt',
  own: true,
  depthBytes: 0,
  depthRatio: 0,
  limitBytes: NaN,
  peakDepthBytes: 0,
  lossRatio: 0,
  recentLossRatio: 0,
  markRatio: 0,
  meanDepthBytes: 0,
  delayMs: 0,
  standingRatio: 0,
  scalingFactor: null,
  starvation: null,
  ...over,
});
export const starvation = (over: Partial<Starvation>): Starvation => ({
  score: 1,
  shareRatio: 0.1,
  fairRatio: 0.1,
  guaranteedRatio: 0.1,
  weight: 10,
  totalWeight: 100,
  sentBps: 5e6,
  rival: 'bulk',
  rivalShareRatio: 0.88,
  ...over,
});
/** A queue of a full link that nobody tells its senders about; the objective allows 100 ms. */
export const standing = (over: Partial<QueueEvidence>): QueueEvidence =>
  queue({ meanDepthBytes: 4e5, delayMs: 64, standingRatio: 6, ...over });
export const spot = (over: Partial<HotSpot>): HotSpot => ({
  key: 'leaf1:s1',
  toHost: false,
  pressure: 1,
  utilizationRatio: 0.4,
  heldRatio: 0,
  imbalanceRatio: 1,
  overExpectedRatio: 1,
  parallelLinks: 8,
  idleLinks: 0,
  fewest: 20,
  largestPrefix: '10.0.1.0/24',
  elephants: 0,
  elephantRatio: 0,
  elephantMs: 0,
  hash: { z: 0, switches: 8, withIdleLinks: 0 },
  ownShareRatio: 1,
  other: '',
  otherShareRatio: 0,
  ...over,
});
export const job = (over: Partial<JobTimes>): JobTimes => ({ ...UNKNOWN_JOB_TIMES, ...over });

export interface Given {
  readonly metric?: Objective['metric'];
  readonly job?: JobTimes;
  readonly workers?: ObjectiveState['workers'];
  readonly channels?: readonly ChannelEvidence[];
  readonly queues?: readonly QueueEvidence[];
  readonly hotSpots?: readonly HotSpot[];
  readonly down?: readonly string[];
  readonly pauses?: Evidence['pauses'];
  readonly bursts?: Evidence['bursts'];
}

export const storm: NonNullable<Evidence['pauses']> = {
  held: 'leaf2:s1',
  pausedRatio: 0.3,
  root: 'leaf1:h1',
  byHost: false,
  ports: 9,
  switches: 4,
};
export const everyThreeSeconds: NonNullable<Evidence['bursts']> = {
  key: 'leaf1:s1',
  onRatio: 0.4,
  rises: 3,
  periodMs: 3_000,
  regularity: 0.9,
  peakRatio: 0.98,
};

export function evidenceOf(given: Given): Evidence {
  return {
    state: {
      objective: { metric: given.metric ?? 'request-latency' } as Objective,
      job: given.job ?? UNKNOWN_JOB_TIMES,
      quantileMs: 200,
      ...(given.workers === undefined ? {} : { workers: given.workers }),
    } as ObjectiveState,
    limits: CAUSE_DEFAULTS,
    thresholdMs: 100,
    channels: given.channels ?? [channel({})],
    queues: given.queues ?? [],
    hotSpots: given.hotSpots ?? [],
    downChannels: given.down ?? [],
    pauses: given.pauses ?? null,
    bursts: given.bursts ?? null,
    bestAlternative: 0.2,
  };
}
