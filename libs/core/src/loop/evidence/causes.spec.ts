import type { Objective } from '../../model';
import { UNKNOWN_JOB_TIMES, type JobTimes, type ObjectiveState } from '../observed';
import { rankCauses } from './causes';
import { rejectedCauses } from './rejected';
import type { ChannelEvidence, Evidence } from './gather';
import type { HotSpot } from './hot-spots';
import type { QueueEvidence } from './queues';
import type { Starvation } from './starvation';

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
  limitBytes: NaN,
  peakDepthBytes: 0,
  lossRatio: 0,
  recentLossRatio: 0,
  markRatio: 0,
  meanDepthBytes: 0,
  delayMs: 0,
  standingRatio: 0,
  starvation: null,
  ...over,
});
const starvation = (over: Partial<Starvation>): Starvation => ({
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
const standing = (over: Partial<QueueEvidence>): QueueEvidence =>
  queue({ meanDepthBytes: 4e5, delayMs: 64, standingRatio: 6, ...over });
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

const firstOf = (given: Given): string | undefined => rankCauses(evidenceOf(given))[0]?.name;

function evidenceOf(given: Given): Evidence {
  return {
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
    [
      'a queue that its weight holds back, although another class fills the port',
      'starved-queue',
      {
        channels: [channel({ utilizationRatio: 0.98, meanUtilizationRatio: 0.98 })],
        queues: [standing({ depthRatio: 0.95, lossRatio: 0.02, starvation: starvation({}) })],
        hotSpots: [spot({ utilizationRatio: 0.98, other: 'queue bulk', otherShareRatio: 0.88 })],
      },
    ],
    [
      'a queue that its weight rather holds back than not, beside another class',
      'starved-queue',
      {
        channels: [channel({ utilizationRatio: 0.98, meanUtilizationRatio: 0.98 })],
        queues: [queue({ starvation: starvation({ score: 0.75 }) })],
        hotSpots: [spot({ utilizationRatio: 0.98, other: 'queue bulk', otherShareRatio: 0.88 })],
      },
    ],
    [
      'another class on a full port, where the weight is hardly what holds the queue back',
      'interference',
      {
        channels: [channel({ utilizationRatio: 0.98, meanUtilizationRatio: 0.98 })],
        queues: [queue({ starvation: starvation({ score: 0.2 }) })],
        hotSpots: [spot({ utilizationRatio: 0.98, other: 'queue bulk', otherShareRatio: 0.88 })],
      },
    ],
    [
      'a starved queue of somebody else',
      'congestion',
      {
        channels: [channel({ utilizationRatio: 0.97, meanUtilizationRatio: 0.97 })],
        queues: [queue({ own: false, starvation: starvation({}) })],
      },
    ],
    [
      'a deep queue without loss on a full link',
      'standing-queue',
      {
        channels: [channel({ utilizationRatio: 0.97, meanUtilizationRatio: 0.97 })],
        queues: [standing({ depthRatio: 0.8 })],
      },
    ],
    [
      'a deep queue on a full port of a host that many send to',
      'standing-queue',
      {
        channels: [
          channel({ ...port, fanIn: 64, utilizationRatio: 0.99, meanUtilizationRatio: 0.97 }),
        ],
        queues: [standing({ key: 'leaf1:h1:rt' })],
        hotSpots: [spot({ ...port, parallelLinks: 0 })],
      },
    ],
    [
      'bursts of many into a port that drops them',
      'incast',
      {
        channels: [
          channel({ ...port, fanIn: 64, utilizationRatio: 0.99, meanUtilizationRatio: 0.97 }),
        ],
        queues: [standing({ key: 'leaf1:h1:rt', recentLossRatio: 0.03 })],
        hotSpots: [spot({ ...port, parallelLinks: 0 })],
      },
    ],
    [
      'a deep queue on a link that has just become full',
      'standing-queue',
      {
        channels: [channel({ utilizationRatio: 0.97, meanUtilizationRatio: 0.6 })],
        queues: [standing({ depthRatio: 0.8 })],
      },
    ],
    [
      'a deep queue on a full link where most packets are marked',
      'congestion',
      {
        channels: [channel({ utilizationRatio: 0.97, meanUtilizationRatio: 0.97 })],
        queues: [standing({ markRatio: 0.6 })],
      },
    ],
    [
      'a deep queue of a synchronous job on a full link',
      'congestion',
      {
        metric: 'iteration-time',
        channels: [channel({ utilizationRatio: 0.97, meanUtilizationRatio: 0.97 })],
        queues: [standing({})],
      },
    ],
    [
      'a deep queue on a full link that loses one packet in twenty',
      'congestion',
      {
        channels: [channel({ utilizationRatio: 0.97, meanUtilizationRatio: 0.97 })],
        queues: [standing({ recentLossRatio: 0.05 })],
      },
    ],
    [
      'a queue no deeper than a full link needs',
      'congestion',
      {
        channels: [channel({ utilizationRatio: 0.97, meanUtilizationRatio: 0.97 })],
        queues: [standing({ standingRatio: 1, delayMs: 80 })],
      },
    ],
    [
      'a deep queue that takes next to nothing of what the objective allows',
      'congestion',
      {
        channels: [channel({ utilizationRatio: 0.97, meanUtilizationRatio: 0.97 })],
        queues: [standing({ delayMs: 1 })],
      },
    ],
    [
      'bursts in a deep queue on a link with room',
      'buffer-exhaustion',
      {
        channels: [channel({ utilizationRatio: 0.5, meanUtilizationRatio: 0.5 })],
        queues: [standing({ depthRatio: 0.9 })],
      },
    ],
    [
      'elephants on one of several links, although their queue stands',
      'elephant-flow',
      {
        channels: [channel({ utilizationRatio: 0.95, meanUtilizationRatio: 0.95 })],
        queues: [standing({})],
        hotSpots: [spot({ imbalanceRatio: 3, overExpectedRatio: 3, fewest: 2 })],
      },
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

describe('probabilities', () => {
  const elephants: Given = {
    channels: [channel({ utilizationRatio: 0.9 })],
    queues: [queue({ lossRatio: 0.004 })],
    hotSpots: [spot({ imbalanceRatio: 1.4, overExpectedRatio: 1.4, fewest: 2 })],
  };

  it('add up to one with what is not known, in the order of the scores', () => {
    const causes = rankCauses(evidenceOf(elephants));
    expect(causes.length).toBeGreaterThan(3);
    const chances = causes.map(({ probability }) => probability ?? NaN);
    expect(chances.reduce((sum, value) => sum + value)).toBeCloseTo(1, 9);
    expect(causes.at(-1)?.name).toBe('unknown');
    const named = chances.slice(0, -1);
    expect([...named].sort((a, b) => b - a)).toEqual(named);
  });

  it('are made of signals whose weights multiply to the score', () => {
    for (const { name, score, parts } of rankCauses(evidenceOf(elephants)))
      if (name !== 'unknown' && name !== 'not-the-network')
        expect((parts ?? []).reduce((product, { weight }) => product * weight, 1)).toBeCloseTo(
          score,
          12,
        );
  });

  it('are all for the unknown where nothing is known', () => {
    const [only, ...others] = rankCauses(
      evidenceOf({
        channels: [channel({ utilizationRatio: NaN, meanUtilizationRatio: NaN })],
      }),
    );
    expect(only).toMatchObject({ name: 'unknown', probability: 1 });
    expect(others).toEqual([]);
  });
});

describe('rejected causes', () => {
  it('are those without any score, each with the figure that speaks against it', () => {
    const evidence = evidenceOf({ down: ['leaf1:s2'], channels: [channel({ pressure: 0.4 })] });
    const causes = rankCauses(evidence);
    const rejected = rejectedCauses(evidence, causes);
    const names = rejected.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['congestion', 'gray-link', 'incast']));
    for (const { name } of causes) expect(names).not.toContain(name);
    expect(rejected.find(({ name }) => name === 'congestion')?.why).toContain('30.0 %');
    expect(rejected.find(({ name }) => name === 'not-the-network')?.why).toContain('0.40 of 1');
    // A service has no iterations that could be slow by themselves.
    expect(names).not.toContain('straggler');
  });
});
