import type { QueueSettings } from '../../ports';
import type { TelemetryFrame } from '../../model';
import { clos, frameOf, NOW, passOf, profile } from '../guard/testing/network';
import { UNKNOWN_JOB_TIMES, type ObjectiveState, type Trend } from '../observed';
import { Pass } from '../pass';
import { queueEvidence, type QueueEvidence } from './queues';

const LINE = 50e6;
const KEY = 'l1:s1';
const settings = (over: Partial<QueueSettings>): QueueSettings => ({
  scalingFactor: null,
  dedicatedBytes: 0,
  limitBytes: null,
  ecn: null,
  scheduling: null,
  ...over,
});

interface Columns {
  readonly depthBytes: number;
  readonly peakDepthBytes: number;
  readonly lossRatio: number;
  readonly txBps: number;
}
const IDLE: Columns = { depthBytes: 0, peakDepthBytes: 0, lossRatio: 0, txBps: 0 };

interface Given {
  /** The own queue and the one beside it, in the frame and on average. */
  readonly now?: readonly [Partial<Columns>, Partial<Columns>];
  readonly mean?: readonly [Partial<Columns>, Partial<Columns>];
  readonly own?: Partial<QueueSettings>;
  readonly other?: Partial<QueueSettings>;
  readonly metric?: string;
  readonly sharedBytes?: number;
}

/** Evidence of the own queue `rt` of a port of 50 Mb/s, beside `bulk`. */
function ownQueue(given: Given): QueueEvidence | undefined {
  const network = clos(2, 2);
  const columns = (values: Given['now'], field: keyof Columns): Float64Array =>
    Float64Array.from([0, 1], (i) => ({ ...IDLE, ...values?.[i] })[field]);
  const plain = frameOf(network);
  const index = plain.layout.channelIndex.get(KEY) ?? -1;
  const frame = {
    ...plain,
    layout: {
      ...plain.layout,
      channels: plain.layout.channels.map((item) => ({ ...item, capacityBps: LINE })),
      queues: ['rt', 'bulk'].map((name) => ({ name, channel: index })),
      queueIndex: new Map([
        [`${KEY}:rt`, 0],
        [`${KEY}:bulk`, 1],
      ]),
    },
    queues: {
      depthBytes: columns(given.now, 'depthBytes'),
      peakDepthBytes: columns(given.now, 'peakDepthBytes'),
      lossRatio: columns(given.now, 'lossRatio'),
      txBps: columns(given.now, 'txBps'),
      markRatio: new Float64Array(2),
    },
  } as unknown as TelemetryFrame;
  const mean = given.mean ?? given.now;
  const trend = {
    heldBytes: Float64Array.of(0, 0),
    depthBytes: columns(mean, 'depthBytes'),
    worstLossRatio: columns(mean, 'lossRatio'),
    queueBps: columns(mean, 'txBps'),
  } as unknown as Trend;
  const devices = new Map(
    [...network.topology.devices].map(([id, device]) => [
      id,
      {
        ...device,
        sharedBufferBytes: given.sharedBytes ?? 0,
        queueOfClass: new Map([
          ['interactive', 'rt'],
          ['storage', 'bulk'],
        ] as const),
      },
    ]),
  );
  const topology = { ...network.topology, devices };
  const { env, durable, observed } = passOf({ ...network, topology }, { frame });
  const said = new Map([
    ['rt', settings(given.own ?? {})],
    ['bulk', settings(given.other ?? {})],
  ]);
  const queue = (_: unknown, __: string, name: string) => said.get(name) ?? null;
  const profiles = new Map([['plain', { ...profile, queue }]]);
  const pass = new Pass({ ...env, profiles }, { durable, observed: { ...observed, trend } }, NOW);
  const state = {
    objective: { class: 'interactive', metric: given.metric ?? 'request-latency' },
    job: UNKNOWN_JOB_TIMES,
  } as unknown as ObjectiveState;
  return queueEvidence(pass, frame, { key: KEY, index }, state, 100).find((item) => item.own);
}

const byWeight = (weight: number) => ({ scheduling: { strict: false, weight, totalWeight: 100 } });

describe('queueEvidence', () => {
  it('takes a static limit as it is, whatever peaks and shared buffers say', () => {
    const now = [{ depthBytes: 60_000, peakDepthBytes: 70_000, lossRatio: 0.1 }, {}] as const;
    expect(ownQueue({ now, own: { limitBytes: 100_000 } })).toMatchObject({
      limitBytes: 100_000,
      depthRatio: 0.6,
    });
    expect(ownQueue({ now })?.limitBytes).toBe(70_000);
  });

  it('takes a dynamic limit of what is free', () => {
    const now = [{ depthBytes: 60_000 }, { depthBytes: 40_000 }] as const;
    const own = { scalingFactor: -1, dedicatedBytes: 1_000 };
    expect(ownQueue({ now, own, sharedBytes: 300_000 })?.limitBytes).toBe(101_000);
    expect(ownQueue({ now, own })?.limitBytes).toBeNaN();
  });

  it('is at no limit while it is empty', () => {
    expect(ownQueue({})).toMatchObject({ depthRatio: 0, delayMs: 0, starvation: null });
  });

  it('says how long traffic waits by depth and rate, and never less than the line needs', () => {
    const at = (depthBytes: number, txBps: number) =>
      ownQueue({ now: [{ depthBytes, txBps }, {}] })?.delayMs;
    expect(at(100_000, 5e6)).toBeCloseTo(160, 6);
    expect(at(100_000, 0)).toBeCloseTo(16, 6);
    expect(at(100_000, 80e6)).toBeCloseTo(16, 6);
  });

  it('calls a queue standing by its mean, and not any more once it is seen empty', () => {
    const mean = [{ depthBytes: 121_120 }, {}] as const;
    expect(ownQueue({ now: [{ depthBytes: 10_000 }, {}], mean })?.standingRatio).toBeCloseTo(2, 9);
    expect(ownQueue({ now: [{ depthBytes: 0 }, {}], mean })?.standingRatio).toBe(0);
  });

  const own = { ...byWeight(10), limitBytes: 100_000 };
  const held = [
    { depthBytes: 90_000, txBps: 0.1 * LINE },
    { depthBytes: 400_000, txBps: 0.88 * LINE },
  ] as const;
  const calm = [{ txBps: 0.05 * LINE }, {}] as const;

  it.each([
    ['the rates of now', held, calm],
    ['the averages', [{ depthBytes: 90_000, txBps: 0.1 * LINE }, {}] as const, held],
  ])('finds it starved by %s', (_, now, mean) => {
    expect(ownQueue({ now, mean, own, other: byWeight(90) })?.starvation).toMatchObject({
      rival: 'bulk',
      score: 1,
    });
  });

  it.each<[string, Given]>([
    ['no device says weights', { now: held, own: { limitBytes: 100_000 } }],
    ['nothing waits', { now: [calm[0], held[1]], own, other: byWeight(90) }],
  ])('does not where %s', (_, given) => {
    expect(ownQueue(given)?.starvation).toBeNull();
  });

  it('needs loss or a full queue where the objective is not about requests', () => {
    const waits = [{ depthBytes: 20_000, txBps: 0.1 * LINE }, held[1]] as const;
    const given = { now: waits, own, other: byWeight(90) };
    expect(ownQueue(given)?.starvation?.score).toBe(1);
    expect(ownQueue({ ...given, metric: 'iteration-time' })?.starvation).toBeNull();
    const loses = [{ ...waits[0], lossRatio: 0.002 }, held[1]] as const;
    const job = { ...given, now: loses, metric: 'iteration-time' };
    expect(ownQueue(job)?.starvation?.score).toBe(1);
  });
});
