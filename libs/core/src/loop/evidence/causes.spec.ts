import { rankCauses } from './causes';
import {
  channel,
  everyThreeSeconds,
  evidenceOf,
  job,
  queue,
  spot,
  standing,
  starvation,
  storm,
  type Given,
} from './testing/evidence';

const firstOf = (given: Given): string | undefined => rankCauses(evidenceOf(given))[0]?.name;

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
      'not-the-network',
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
      'pauses that spread, whatever is full where they are felt',
      'pfc-storm',
      {
        channels: [channel({ utilizationRatio: 0.97, pressure: 1 })],
        queues: [queue({ depthBytes: 9e5, depthRatio: 0.9 })],
        hotSpots: [spot({ utilizationRatio: 0.9, other: 'queue bulk', otherShareRatio: 0.9 })],
        pauses: storm,
      },
    ],
    [
      'a full link with a pause now and then',
      'congestion',
      { channels: [channel({ utilizationRatio: 0.97 })], pauses: { ...storm, pausedRatio: 0.01 } },
    ],
    [
      'bursts at regular times',
      'periodic-bursts',
      {
        channels: [channel({ utilizationRatio: 0.97 })],
        queues: [queue({ depthBytes: 9e5, depthRatio: 0.9 })],
        bursts: everyThreeSeconds,
      },
    ],
    [
      'bursts that come as they like',
      'congestion',
      {
        channels: [channel({ utilizationRatio: 0.97 })],
        bursts: { ...everyThreeSeconds, regularity: 0.1 },
      },
    ],
    [
      'a large flow on each of all parallel links',
      'elephant-flow',
      {
        channels: [channel({ utilizationRatio: 0.95 })],
        hotSpots: [spot({ fewest: 1, elephants: 1, elephantRatio: 0.9, elephantMs: 3_000 })],
      },
    ],
    [
      'drops of many senders on the last link to the leaf',
      'incast',
      {
        channels: [channel({ key: 'spine1:l1', fanInBehind: 24 })],
        queues: [queue({ key: 'spine1:l1:rt', lossRatio: 0.02, recentLossRatio: 0.02 })],
      },
    ],
    [
      'bursts into a queue that may hold next to nothing',
      'queue-overflow',
      {
        channels: [channel({ ...port, fanIn: 64 })],
        queues: [
          queue({
            key: 'leaf1:h1:rt',
            lossRatio: 0.02,
            recentLossRatio: 0.02,
            scalingFactor: -7,
          }),
        ],
        hotSpots: [spot({ ...port })],
      },
    ],
    [
      'a link that is down, beside links that are full without it',
      'link-failure',
      { down: ['leaf1:s2'], channels: [channel({ utilizationRatio: 1 })] },
    ],
    [
      'requests that are slow on paths with room',
      'not-the-network',
      { channels: [channel({ meanUtilizationRatio: 0.4 })] },
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

  describe('of senders that meet at a port', () => {
    const at = (senders: number, arrivingRatio: number) => {
      const growth = { arrivingRatio, sampleMs: 1_000, drainMs: 6 };
      const queues = [queue({ key: 'leaf1:h1:rt', growth })];
      const channels = [channel({ ...port, fanIn: senders })];
      return rankCauses(evidenceOf({ channels, queues, hotSpots: [spot({ ...port })] })).find(
        ({ name }) => name === 'incast',
      );
    };

    it('is surer where its queue is seen to grow, by how many times the rate arrives', () => {
      const [unseen, slow, fast] = [at(4, 1), at(4, 1.1), at(4, 2.5)];
      expect(fast?.score).toBeGreaterThan(2 * (unseen?.score ?? 1));
      expect(slow?.score).toBe(unseen?.score);
      expect(fast?.parts?.find(({ signal }) => signal === 'arriving')?.value).toBe(2.5);
      expect(slow?.parts?.find(({ signal }) => signal === 'arriving')?.value).toBe(1.1);
    });

    it('are no elephant where they share a prefix, unless others fill the link', () => {
      const link = { key: 'spine1:l1', fanInBehind: 24, pressure: 1 };
      const full = { imbalanceRatio: 2, overExpectedRatio: 2, fewest: 1 };
      const first = (ownShareRatio: number) =>
        rankCauses(
          evidenceOf({
            metric: 'iteration-time',
            channels: [channel(link), channel({ ...port, fanIn: 24 })],
            hotSpots: [spot({ key: link.key, ...full, ownShareRatio }), spot({ ...port })],
          }),
        )[0]?.name;
      expect(first(0.9)).toBe('incast');
      expect(first(0.1)).toBe('elephant-flow');
    });

    it('needs some senders all the same', () => {
      expect(at(2, 3)).toBeUndefined();
    });

    it('says how short samples would have to be where they do not show it', () => {
      const unseen = at(4, 1);
      expect(unseen?.parts?.some(({ signal }) => signal === 'arriving')).toBe(false);
      expect(unseen?.evidence.at(-1)).toContain('within 2.00 ms');
    });
  });

  describe('of workers that report', () => {
    const report = (meanMs: number, deviations: number) => ({
      ...{ atMs: 0, meanMs, bucketMs: 1, othersMs: 50 },
      deviations: [0, 0, deviations, deviations, deviations],
    });
    const slow = new Map([
      ['h1', report(150, 9)],
      ...['h2', 'h3', 'h4'].map((name) => [name, report(50, 0)] as const),
    ]);
    const slower = job({
      ...{ iterationMs: 200, collectiveMs: 40 },
      ...{ healthyIterationMs: 100, healthyCollectiveMs: 40 },
    });

    it('names the one that all wait for, by itself or where the job says it as well', () => {
      const alone = rankCauses(evidenceOf({ metric: 'iteration-time', workers: slow }))[0];
      expect(alone).toMatchObject({ name: 'straggler', at: 'h1' });
      expect(alone?.parts?.map(({ signal }) => signal)).toEqual(['worker-deviations', 'waits']);
      const told = { metric: 'iteration-time', job: slower, workers: slow } as const;
      expect(rankCauses(evidenceOf(told))[0]).toMatchObject({ name: 'straggler', at: 'h1' });
    });

    it('says that nobody is slower where all of them are', () => {
      const workers = new Map([...slow.keys()].map((name) => [name, report(150, 0)]));
      const [cause] = rankCauses(evidenceOf({ metric: 'iteration-time', job: slower, workers }));
      expect(cause).toMatchObject({ name: 'straggler', at: '' });
      expect(cause?.evidence.at(-1)).toContain('none of the 4 workers');
    });
  });

  describe('of a hash that two tiers may share', () => {
    const again = { deviations: 6, explainedRatio: 0.9, nextHops: 2, links: 4, emptyCells: 4 };
    const fromTwo = (across: typeof again) => {
      const hash = { z: 2, switches: 2, withIdleLinks: 2, across };
      const uneven = spot({ imbalanceRatio: 2, overExpectedRatio: 2, hash });
      return rankCauses(evidenceOf({ hotSpots: [uneven] }))[0];
    };

    it('names it although so few switches could each be uneven by chance', () => {
      const cause = fromTwo(again);
      expect(cause?.name).toBe('ecmp-polarisation');
      expect(cause?.parts?.find(({ signal }) => signal === 'tiers-deviations')?.value).toBe(6);
      expect(cause?.evidence.at(-1)).toContain('one hash decides in both tiers');
    });

    it('does not where links go with the tier before by chance, or all rows are alike', () => {
      expect(fromTwo({ ...again, deviations: 2 })?.name).not.toBe('ecmp-polarisation');
      expect(fromTwo({ ...again, explainedRatio: 0.1 })?.name).not.toBe('ecmp-polarisation');
    });

    it('tells a hash that is narrow by itself from one that is used again', () => {
      const hash = { z: 9, switches: 8, withIdleLinks: 8, across: { ...again, deviations: 0.5 } };
      const uneven = spot({ imbalanceRatio: 2, overExpectedRatio: 2, hash });
      const [cause] = rankCauses(evidenceOf({ hotSpots: [uneven] }));
      expect(cause?.name).toBe('ecmp-polarisation');
      expect(cause?.evidence.at(-1)).toContain('narrow by itself');
    });
  });
});
