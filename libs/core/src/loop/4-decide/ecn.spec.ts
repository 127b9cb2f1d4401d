import type { QueueSettings } from '../../ports';
import type { ActionSpec } from '../../model';
import type { ChannelEvidence, Evidence, QueueEvidence } from '../evidence';
import { clos, NOW, passOf, profile } from '../guard/testing/network';
import { Pass } from '../pass';
import { ecnCandidate } from './ecn';

const RATE_BPS = 50e6;
const SPEC: Extract<ActionSpec, { type: 'ecn' }> = {
  type: 'ecn',
  minThresholdBytesAt25G: 100_000,
  maxThresholdBytesAt25G: 400_000,
  minThresholdFrames: 10,
  maxProbabilityPercent: 20,
  classes: ['storage'],
};
const UNMARKED: QueueSettings = {
  scalingFactor: null,
  dedicatedBytes: 0,
  limitBytes: 500_000,
  ecn: null,
  scheduling: null,
};

/** Leaves with 50 Mb/s; requests and storage share the queue `be`. */
function world(settings: QueueSettings = UNMARKED): Pass {
  const network = clos(2, 2);
  const devices = new Map(
    [...network.topology.devices].map(([id, device]) => [
      id,
      {
        ...device,
        queueOfClass: new Map([
          ['real-time-inference', 'be'],
          ['storage', 'be'],
          ['management', 'mgmt'],
        ] as const),
        interfaces: new Map(
          [...device.interfaces].map(([name, port]) => [name, { ...port, capacityBps: RATE_BPS }]),
        ),
      },
    ]),
  );
  const { env, durable, observed } = passOf({
    ...network,
    topology: { ...network.topology, devices },
  });
  const plain = { ...profile, queue: () => settings };
  return new Pass({ ...env, profiles: new Map([['plain', plain]]) }, { durable, observed }, NOW);
}

const standing: QueueEvidence = {
  key: 'l1:s1:be',
  scalingFactor: null,
  own: true,
  depthBytes: 310_000,
  depthRatio: 0.62,
  limitBytes: 500_000,
  peakDepthBytes: 500_000,
  lossRatio: 0,
  recentLossRatio: 0.0004,
  markRatio: 0,
  meanDepthBytes: 310_560,
  delayMs: 49.7,
  standingRatio: 5.1,
  starvation: null,
};

interface Given {
  readonly queue?: Partial<QueueEvidence>;
  readonly others?: readonly QueueEvidence[];
  readonly metric?: string;
  readonly share?: number;
  readonly quantileMs?: number;
  readonly fanIn?: number;
}

const evidenceOf = ({ queue, others, metric, share, quantileMs, fanIn }: Given): Evidence =>
  ({
    state: {
      objective: { id: 'o', metric: metric ?? 'request-latency', quantile: 0.95 },
      quantileMs: quantileMs ?? 80,
      healthyMs: 4,
    },
    thresholdMs: 20,
    channels: [
      {
        key: 'l1:s1',
        share: share ?? 1,
        utilizationRatio: 0.97,
        fanIn: fanIn ?? 0,
      } as ChannelEvidence,
    ],
    queues: [{ ...standing, ...queue }, ...(others ?? [])],
  }) as unknown as Evidence;

const candidate = (given: Given, settings?: QueueSettings, spec = SPEC) =>
  ecnCandidate(world(settings), spec, evidenceOf(given));
const ecnOf = (minThresholdBytes: number, maxThresholdBytes: number, percent: number) => ({
  enabled: true,
  minThresholdBytes,
  maxThresholdBytes,
  maxProbabilityPercent: percent,
});
const marked = (minThresholdBytes: number): QueueSettings => ({
  ...UNMARKED,
  ecn: ecnOf(minThresholdBytes, 4 * minThresholdBytes, 20),
});

describe('ecnCandidate', () => {
  it('marks a queue that stands without losing anything, and says what it saves', () => {
    const found = candidate({});
    expect(found?.action).toEqual({
      type: 'ecn',
      settings: [
        {
          device: 'l1',
          interface: 's1',
          queue: 'be',
          minThresholdBytes: 15_140,
          maxThresholdBytes: 60_560,
          maxProbabilityPercent: 20,
        },
      ],
    });
    // 250,000 of 310,560 bytes go away, and with them that share of what is above 4 ms of 80.
    expect(found?.predicted.gainRatio).toBeCloseTo(-0.95 * (250_000 / 310_560), 6);
    expect(found?.predicted.explanation).toContain('each pass takes 40.0 ms less');
  });

  it('promises no more than some passes of the queue explain', () => {
    // 40 ms of a pass, four times, of two seconds.
    expect(candidate({ quantileMs: 2_000 })?.predicted.gainRatio).toBeCloseTo(-0.08, 6);
    expect(candidate({ quantileMs: 4 })?.predicted.gainRatio).toBeCloseTo(0, 12);
  });

  it('lowers thresholds by a step where marking is on and the queue still stands', () => {
    const { action } = candidate({ queue: { markRatio: 0.5 } }, marked(15_140)) ?? {};
    expect(action).toMatchObject({
      settings: [{ minThresholdBytes: 12_112, maxThresholdBytes: 48_448 }],
    });
  });

  it.each<[string, Given, QueueSettings]>([
    ['the queue is empty now', { queue: { depthBytes: 0, standingRatio: 0 } }, UNMARKED],
    ['it is no deeper than the link needs', { queue: { standingRatio: 1 } }, UNMARKED],
    ['most senders were told', { queue: { markRatio: 0.51 } }, UNMARKED],
    ['it is the queue of others', { queue: { own: false } }, UNMARKED],
    ['it is of no class that is to be marked', { queue: { key: 'l1:s1:mgmt' } }, UNMARKED],
    ['the objective is about iterations', { metric: 'iteration-time' }, UNMARKED],
    ['no knob has room', {}, { ...UNMARKED, ecn: ecnOf(7_500, 7_500, 100) }],
    ['its depth is unknown', { queue: { standingRatio: NaN } }, UNMARKED],
  ])('proposes nothing where %s', (_, given, settings) => {
    expect(candidate(given, settings)).toBeNull();
  });

  it('lets stand what the policy lets stand', () => {
    const deep = { ...SPEC, minThresholdFrames: 60 };
    expect(candidate({}, UNMARKED, deep)).toBeNull();
    expect(candidate({ queue: { meanDepthBytes: 370_000 } }, UNMARKED, deep)).not.toBeNull();
  });

  it('leaves room to others where the first windows alone overflow the queue', () => {
    const lossy = { queue: { lossRatio: 0.02 } };
    expect(candidate({ ...lossy, fanIn: 33 })).not.toBeNull();
    expect(candidate({ ...lossy, fanIn: 34 })).toBeNull();
    const dynamic = { ...UNMARKED, limitBytes: null, scalingFactor: -6 };
    expect(candidate({ ...lossy, fanIn: 34 }, dynamic)).not.toBeNull();
  });

  it('gains nothing where too few requests pass to move the quantile', () => {
    expect(candidate({ share: 0.05 })?.predicted.gainRatio).toBeCloseTo(0, 12);
    expect(candidate({ share: 0.06 })?.predicted.gainRatio).toBeLessThan(-0.4);
  });

  it('marks queues that lose as before, whoever waits in them, the worst first', () => {
    const loser = { ...standing, own: false, key: 'l1:s2:be', lossRatio: 0.02, standingRatio: 0 };
    const found = candidate({ others: [loser], metric: 'iteration-time' });
    expect(found?.action).toMatchObject({ settings: [{ interface: 's2' }] });
    expect(found?.predicted.gainRatio).toBeCloseTo(4 / 80 - 1, 6);
    expect(candidate({ others: [loser] })?.action).toMatchObject({
      settings: [{ interface: 's2' }, { interface: 's1' }],
    });
  });
});
