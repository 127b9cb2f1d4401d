import type { ActionSpec, BufferShareQuestion, TelemetryFrame } from '../../model';
import type { QueueSettings, Strategies } from '../../ports';
import type { ChannelEvidence, Evidence, QueueEvidence } from '../evidence';
import { clos, frameOf, NOW, passOf, profile } from '../guard/testing/network';
import type { Trend } from '../observed';
import { Pass } from '../pass';
import { bufferCandidate } from './buffer';

type Spec = Extract<ActionSpec, { type: 'buffer' }>;
const SPEC: Spec = { type: 'buffer', stepExponent: 1, maxScalingFactor: 3 };
const MB = 1e6;

const settings = (over: Partial<QueueSettings>): QueueSettings => ({
  scalingFactor: null,
  dedicatedBytes: 0,
  limitBytes: null,
  ecn: null,
  scheduling: null,
  ...over,
});

const full: QueueEvidence = {
  key: 'l1:s1:train',
  scalingFactor: null,
  own: true,
  depthBytes: 400_000,
  depthRatio: 0.9,
  limitBytes: 500_000,
  peakDepthBytes: 500_000,
  lossRatio: 0,
  recentLossRatio: 0,
  markRatio: 0,
  meanDepthBytes: 300_000,
  delayMs: 1,
  standingRatio: 0,
  starvation: null,
};

interface Given {
  readonly queue?: QueueSettings;
  readonly sharedBytes?: number;
  readonly evidence?: Partial<QueueEvidence>;
  readonly spec?: Partial<Spec>;
  readonly fanIn?: number;
  /** Recent loss of the same queue of the port beside it. */
  readonly neighbourLoss?: number;
  /** Of the queue while every objective was met. */
  readonly usual?: { readonly peakBytes: number; readonly lossRatio: number };
}

/** Leaves whose ports send 8 Gb/s each; frames come every second. */
function candidate(given: Given) {
  const network = clos(2, 2);
  const devices = new Map(
    [...network.topology.devices].map(([id, device]) => [
      id,
      { ...device, sharedBufferBytes: given.sharedBytes ?? 0 },
    ]),
  );
  const plain = frameOf(network);
  const queueIndex = new Map([
    ['l1:s1:train', 0],
    ['l1:s2:train', 1],
    ['l2:s1:train', 2],
  ]);
  const frame = { ...plain, layout: { ...plain.layout, queueIndex } } as unknown as TelemetryFrame;
  const trend = {
    queueBps: new Float64Array(3).fill(8e9),
    worstLossRatio: Float64Array.from([0, given.neighbourLoss ?? 0, 0.5]),
    recent: [{ atMs: 1_000 }, { atMs: 2_000 }],
  } as unknown as Trend;
  const then = {
    layout: frame.layout,
    peakBytes: Float64Array.of(given.usual?.peakBytes ?? NaN),
    worstLossRatio: Float64Array.of(given.usual?.lossRatio ?? NaN),
  } as unknown as Trend;
  const asked: BufferShareQuestion[] = [];
  const strategies = {
    bufferShare: (question: BufferShareQuestion) => {
      asked.push(question);
      const exponent = question.leastExponent;
      return { exponent, limitBytes: question.burstBytes, fits: true };
    },
    sizeBuffer: (rule, { rateBps, rttUs }) => (rule === 'bdp' ? (rateBps * rttUs) / 8e6 : NaN),
  } as Partial<Strategies> as Strategies;
  const { env, durable, observed } = passOf(
    { ...network, topology: { ...network.topology, devices } },
    { frame, observed: { trend, usual: { trend: then, next: then } } },
  );
  const queue = () => given.queue ?? settings({ scalingFactor: -2 });
  const profiles = new Map([['plain', { ...profile, queue }]]);
  const pass = new Pass({ ...env, profiles, strategies }, { durable, observed }, NOW);
  const evidence = {
    state: { objective: { flows: [] } },
    channels: [{ key: 'l1:s1', fanIn: given.fanIn ?? 0, slow: false } as ChannelEvidence],
    queues: [{ ...full, ...given.evidence }],
  } as unknown as Evidence;
  return { found: bufferCandidate(pass, { ...SPEC, ...given.spec }, evidence), asked };
}

const settingOf = (given: Given) => {
  const action = candidate(given).found?.action;
  return action?.type === 'buffer' ? action.settings[0] : undefined;
};
const AT = { device: 'l1', interface: 's1', queue: 'train' };

describe('bufferCandidate', () => {
  it('takes a step where the size of the buffer is not known', () => {
    const { found, asked } = candidate({});
    expect(found?.action).toEqual({ type: 'buffer', settings: [{ ...AT, scalingFactor: -1 }] });
    expect(found).toMatchObject({ method: 'step', predicted: { gainRatio: -0.5 } });
    expect(asked).toEqual([]);
  });

  it('asks for the share that holds the peak and what was lost beside it', () => {
    // 1 % of 1 GB that was sent in a second.
    const { found, asked } = candidate({
      sharedBytes: 32 * MB,
      evidence: { recentLossRatio: 0.01 },
      neighbourLoss: 0.01,
    });
    expect(found?.method).toBe('closed-form');
    const { burstBytes, ...rest } = asked[1] as BufferShareQuestion;
    expect(rest).toEqual({
      bufferBytes: 32 * MB,
      congested: 2,
      ofClass: 2,
      leastExponent: -1,
      mostExponent: 3,
    });
    expect(burstBytes).toBeCloseTo(0.5 * MB + (0.01 / 0.99) * 1_000 * MB, 3);
    // alpha from 1/4 to 1/2 beside two queues.
    expect(found?.predicted.gainRatio).toBeCloseTo(0.25 / 1.5 / (0.5 / 2) - 1, 9);
    expect(found?.notes?.[0]).toContain('2 congested queues');
  });

  it('expects the first windows of all senders at the least', () => {
    const of = (fanIn: number, evidence: Partial<QueueEvidence>) =>
      candidate({ sharedBytes: 32 * MB, fanIn, evidence }).asked[0]?.burstBytes;
    expect(of(40, {})).toBe(40 * 15_140);
    expect(of(4, {})).toBe(500_000);
    expect(of(40, { peakDepthBytes: NaN })).toBe(40 * 15_140);
    expect(of(40, { recentLossRatio: 0.01 })).toBeGreaterThan(10 * MB);
    expect(of(3, { peakDepthBytes: NaN })).toBeUndefined();
  });

  it('gives back what the queue held while every objective was met, unless it lost even then', () => {
    const of = (usual: NonNullable<Given['usual']>, evidence: Partial<QueueEvidence> = {}) =>
      candidate({ sharedBytes: 32 * MB, fanIn: 40, usual, evidence });
    const { found, asked } = of({ peakBytes: 12 * MB, lossRatio: 5e-6 });
    expect(asked[1]?.burstBytes).toBe(12 * MB);
    expect(found?.notes?.[0]).toContain('12000000 B (its peak while every objective was met)');
    expect(of({ peakBytes: 12 * MB, lossRatio: 0.01 }).asked[1]?.burstBytes).toBe(40 * 15_140);
    expect(of({ peakBytes: 300_000, lossRatio: 0 }).asked[1]?.burstBytes).toBe(40 * 15_140);
    const lossy = { recentLossRatio: 0.02 };
    expect(of({ peakBytes: 12 * MB, lossRatio: 0 }, lossy).asked[1]?.burstBytes).toBeGreaterThan(
      20 * MB,
    );
  });

  it("never raises by less than the policy's step, nor beyond its limit", () => {
    const of = (stepExponent: number, factor: number) =>
      candidate({
        sharedBytes: 32 * MB,
        queue: settings({ scalingFactor: factor }),
        spec: { stepExponent },
      }).asked[1]?.leastExponent;
    expect(of(3, -6)).toBe(-3);
    expect(of(3, 2)).toBe(3);
    expect(of(1, 3)).toBe(4);
  });

  it('leaves a class what it may have as a whole, however many of its queues are congested', () => {
    const queue = settings({ scalingFactor: 2 });
    expect(settingOf({ queue, sharedBytes: 32 * MB })).toMatchObject({ scalingFactor: 3 });
    expect(settingOf({ queue, sharedBytes: 32 * MB, neighbourLoss: 0.01 })).toBeUndefined();
  });

  it.each<[string, Given, number | undefined]>([
    ['to what was measured', { evidence: { peakDepthBytes: 700_000 } }, 700_000],
    ['by a step where it stands at it', {}, 1_000_000],
    ['no further than the time allows', { spec: { maxQueueMs: 0.05 } }, 625_000],
    ['no further than its part of the buffer', { sharedBytes: 1.8 * MB }, 900_000],
    ['never down', { sharedBytes: MB }, undefined],
  ])('raises a static limit %s', (_, given, limitBytes) => {
    const queue = settings({ limitBytes: 500_000 });
    const setting = settingOf({ ...given, queue });
    expect(setting).toEqual(limitBytes === undefined ? undefined : { ...AT, limitBytes });
  });

  it('reckons by the rule that the policy names, and says so', () => {
    const spec = { sizing: 'bdp', rttUs: 100 } as const;
    const rule = (limitBytes: number) => candidate({ spec, queue: settings({ limitBytes }) }).found;
    expect(rule(500_000)).toMatchObject({
      method: 'sizing-rule',
      action: { settings: [{ ...AT, limitBytes: 1_250_000 }] },
    });
    expect(rule(500_000)?.notes?.[0]).toContain('rule bdp at 100 Gb/s and 100 us');
    expect(rule(1_250_000)).toBeNull();
  });

  it('leaves alone what is not full, not its own, or has no limit', () => {
    expect(settingOf({ evidence: { depthRatio: 0.4 } })).toBeUndefined();
    expect(settingOf({ evidence: { own: false } })).toBeUndefined();
    expect(settingOf({ queue: settings({}) })).toBeUndefined();
    expect(settingOf({ queue: settings({ scalingFactor: 3 }) })).toBeUndefined();
  });
});
