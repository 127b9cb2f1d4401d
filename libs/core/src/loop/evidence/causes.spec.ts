import type { Objective } from '../../model';
import { UNKNOWN_JOB_TIMES, type JobTimes, type ObjectiveState } from '../observed';
import { rankCauses } from './causes';
import type { ChannelEvidence, Evidence, QueueEvidence } from './gather';
import type { HotSpot } from './hot-spots';

const channel = (over: Partial<ChannelEvidence>): ChannelEvidence => ({
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
  pressure: 0,
  fanIn: 0,
  ...over,
});
const queue = (over: Partial<QueueEvidence>): QueueEvidence => ({
  key: 'leaf1:s1:rt',
  own: true,
  depthBytes: 0,
  depthRatio: 0,
  peakDepthBytes: 0,
  lossRatio: 0,
  recentLossRatio: 0,
  markRatio: 0,
  ...over,
});
const spot = (over: Partial<HotSpot>): HotSpot => ({
  key: 'leaf1:s1',
  toHost: false,
  pressure: 1,
  utilizationRatio: 0.4,
  imbalanceRatio: 1,
  overExpectedRatio: 1,
  parallelLinks: 8,
  idleLinks: 0,
  fewest: 20,
  largestPrefix: '10.0.1.0/24',
  hash: { z: 0, switches: 8, withIdleLinks: 0 },
  ownShareRatio: 1,
  other: '',
  otherShareRatio: 0,
  ...over,
});
const job = (over: Partial<JobTimes>): JobTimes => ({ ...UNKNOWN_JOB_TIMES, ...over });

interface Given {
  readonly metric?: Objective['metric'];
  readonly job?: JobTimes;
  readonly channels?: readonly ChannelEvidence[];
  readonly queues?: readonly QueueEvidence[];
  readonly hotSpots?: readonly HotSpot[];
  readonly down?: readonly string[];
}

function firstOf(given: Given): string | undefined {
  const evidence: Evidence = {
    state: {
      objective: { metric: given.metric ?? 'request-latency' } as Objective,
      job: given.job ?? UNKNOWN_JOB_TIMES,
      quantileMs: 200,
    } as ObjectiveState,
    thresholdMs: 100,
    channels: given.channels ?? [channel({})],
    queues: given.queues ?? [],
    hotSpots: given.hotSpots ?? [],
    downChannels: given.down ?? [],
    bestAlternative: 0.2,
  };
  return rankCauses(evidence)[0]?.name;
}

const port = { key: 'leaf1:h1', toHost: true, pressure: 1 };

describe('rankCauses', () => {
  it.each<[string, string, Given]>([
    ['a full link', 'congestion', { channels: [channel({ utilizationRatio: 0.97 })] }],
    ['a next hop that is down', 'link-failure', { down: ['leaf1:s2'] }],
    [
      'a full link by elephants',
      'elephant-flow',
      {
        channels: [channel({ utilizationRatio: 0.95 })],
        hotSpots: [spot({ imbalanceRatio: 3, overExpectedRatio: 3, fewest: 2 })],
      },
    ],
    [
      'a full link where the weights want it',
      'congestion',
      {
        channels: [channel({ utilizationRatio: 0.97 })],
        hotSpots: [spot({ imbalanceRatio: 3, overExpectedRatio: 1, fewest: 2 })],
      },
    ],
    [
      'the same imbalance on all switches of a tier',
      'ecmp-polarisation',
      {
        hotSpots: [
          spot({
            imbalanceRatio: 4,
            overExpectedRatio: 4,
            idleLinks: 3,
            hash: { z: 9, switches: 8, withIdleLinks: 8 },
          }),
        ],
      },
    ],
    [
      'many senders at one port',
      'incast',
      { channels: [channel({ ...port, fanIn: 64 })], hotSpots: [spot({ ...port })] },
    ],
    [
      'few senders at a full port',
      'congestion',
      {
        channels: [channel({ ...port, fanIn: 2, utilizationRatio: 0.97 })],
        hotSpots: [spot({ ...port })],
      },
    ],
    [
      'a known workload on the link of a service',
      'interference',
      {
        channels: [channel({ utilizationRatio: 0.97 })],
        hotSpots: [spot({ other: 'TrainingJob/b', otherShareRatio: 0.9, ownShareRatio: 0.1 })],
      },
    ],
    [
      'unknown traffic on the link of a service',
      'congestion',
      {
        channels: [channel({ utilizationRatio: 0.97 })],
        hotSpots: [spot({ ownShareRatio: 0.05 })],
      },
    ],
    [
      'unknown traffic on the link of a synchronous job',
      'interference',
      {
        metric: 'iteration-time',
        channels: [channel({ utilizationRatio: 0.97 })],
        hotSpots: [spot({ utilizationRatio: 0.9, ownShareRatio: 0.05 })],
      },
    ],
    [
      'a queue at its limit on a link with room',
      'buffer-exhaustion',
      { queues: [queue({ depthBytes: 9e5, depthRatio: 0.9 })] },
    ],
    [
      'drops of a queue that is not full on average',
      'queue-overflow',
      { queues: [queue({ lossRatio: 0.02, depthRatio: 0.1, depthBytes: 1e4 })] },
    ],
    ['frames that arrive damaged', 'gray-link', { channels: [channel({ damagedRatio: 0.01 })] }],
    [
      'less received than sent',
      'gray-link',
      { channels: [channel({ grayLossRatio: 0.02, grayFloor: 0.004 })] },
    ],
    [
      'a gap that the sampling explains',
      'host-limited',
      { channels: [channel({ grayLossRatio: 0.02, grayFloor: 0.03 })] },
    ],
    [
      'a full queue on a link that drains too slowly',
      'gray-link',
      {
        channels: [channel({ slow: true })],
        queues: [queue({ depthBytes: 9e5, depthRatio: 0.9 })],
      },
    ],
    [
      'iterations that got slower without their collectives',
      'straggler',
      {
        metric: 'iteration-time',
        job: job({
          iterationMs: 200,
          collectiveMs: 40,
          healthyIterationMs: 100,
          healthyCollectiveMs: 40,
        }),
      },
    ],
    [
      'iterations that compute for longer than they may take',
      'straggler',
      { metric: 'iteration-time', job: job({ iterationMs: 150, collectiveMs: 20 }) },
    ],
    [
      'collectives that explain the iterations, on paths with room',
      'host-limited',
      {
        metric: 'iteration-time',
        channels: [channel({ meanUtilizationRatio: 0.6 })],
        job: job({
          iterationMs: 200,
          collectiveMs: 140,
          healthyIterationMs: 100,
          healthyCollectiveMs: 40,
        }),
      },
    ],
    [
      'paths that are nearly idle',
      'not-the-network',
      { channels: [channel({ utilizationRatio: 0.02, meanUtilizationRatio: 0.02 })] },
    ],
    [
      'no telemetry',
      'unknown',
      { channels: [channel({ utilizationRatio: NaN, meanUtilizationRatio: NaN })] },
    ],
  ])('calls %s %s', (_, expected, given) => {
    expect(firstOf(given)).toBe(expected);
  });
});
