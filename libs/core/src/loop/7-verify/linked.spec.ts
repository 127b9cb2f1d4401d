import { strategies } from '@weir/algorithms';
import { endpointId, type Change, type Objective, type TelemetryFrame } from '../../model';
import { emptyDurableState } from '../../state';
import { CAPACITY_BPS, changeOf, clos, frameOf, NOW, passOf } from '../guard/testing/network';
import { emptyObservedState, type ObjectiveState, type ObservedState } from '../observed';
import { Pass } from '../pass';
import { verify } from './index';

const network = clos(6, 2);
const CALM = frameOf(network);
const BAD_MS = 100;
const GOOD_MS = 10;
const IDLE = 0.1;
const BUSY = 0.8;
const OBJECTIVE = {
  id: 'objective',
  metric: 'request-latency',
  thresholdMs: 20,
  flows: [{ sources: [endpointId('host-l1')], destinations: [endpointId('host-l2')] }],
} as unknown as Objective;
const TROUBLE_S = 15;

/** What goes on at a second after the change, which is at 0: the objective and the load of links. */
interface Second {
  readonly ms: number;
  readonly load: Readonly<Record<string, number>>;
  readonly down?: readonly string[];
}

function frameAt(second: number, { load, down = [] }: Omit<Second, 'ms'>): TelemetryFrame {
  const txBps = new Float64Array(CALM.layout.channels.length).fill(IDLE * CAPACITY_BPS);
  for (const [key, ratio] of Object.entries(load))
    txBps[CALM.layout.channelIndex.get(key) ?? -1] = ratio * CAPACITY_BPS;
  return {
    ...CALM,
    sequence: 100 + second,
    atMs: NOW.monoMs + second * 1000,
    channels: {
      ...CALM.channels,
      txBps,
      rxBps: txBps,
      operStatus: frameOf(network, down).channels.operStatus,
      lossRatio: txBps.map(() => 0),
      pauseRxPps: txBps.map(() => 0),
      pauseTxPps: txBps.map(() => 0),
    },
  };
}

const CHANGE = changeOf(
  network,
  { l1: { '10.0.2.0/24': { s1: 1, s2: 3 } } },
  {
    state: 'applied',
    verify: {
      settleMs: 0,
      minSamples: 8,
      maxMs: 20_000,
      minGainRatio: 0.05,
      alpha: 0.05,
      switchback: 'unproven',
      harm: { objectiveRatio: 0.5, otherObjectivesRatio: 0.5, lossIncrease: 1 },
      onInconclusive: 'rollback',
    },
    times: { observed: NOW.wallMs - TROUBLE_S * 1000 + 500, applying: NOW.wallMs },
  },
);

/** Lives through 20 seconds of calm and 15 of trouble, makes the change, and says what is found. */
function play(
  trouble: Second | ((second: number) => Second),
  after: (second: number) => Second,
): { verdict: Change['verdict']; observed: ObservedState } {
  const { env } = passOf(network);
  let durable = emptyDurableState;
  let observed: ObservedState = { ...emptyObservedState, holdReason: '' };
  let samples: ObjectiveState['samples'] = [];
  for (let second = -35; second <= 25; second++) {
    const before = typeof trouble === 'function' ? trouble : () => trouble;
    const calm = () => ({ ms: GOOD_MS, load: {} });
    const seen = (second < -TROUBLE_S ? calm : second <= 0 ? before : after)(second);
    const { ms } = seen;
    const frame = frameAt(second, seen);
    const { atMs } = frame;
    const { txBps, rxBps } = frame.channels;
    samples = [...samples, { atMs, quantileMs: ms, count: 100 }];
    const state = { objective: OBJECTIVE, samples } as unknown as ObjectiveState;
    const recent = [...(observed.rates?.recent ?? []), { atMs, txBps, rxBps }].slice(-32);
    const pass = new Pass(
      { ...env, strategies },
      {
        durable,
        observed: {
          ...observed,
          frame,
          images: network.images,
          objectives: new Map([['objective', state]]),
          rates: { layout: frame.layout, recent },
        },
      },
      { monoMs: atMs, wallMs: NOW.wallMs + second * 1000 },
    );
    if (second === 0) pass.durable = { ...durable, changes: new Map([[CHANGE.id, CHANGE]]) };
    verify(pass);
    ({ durable, observed } = pass);
    const verdict = durable.changes.get(CHANGE.id)?.verdict ?? null;
    if (verdict !== null) return { verdict, observed };
  }
  return { verdict: null, observed };
}

const far = { 'l4:s1': BUSY, 'l5:s2': BUSY };
const near = { 'l1:s1': BUSY, 'l2:s1': BUSY, 's1:l2': BUSY };

describe('comparison with untouched links', () => {
  it('names those that went like it, and believes what got better while they did not', () => {
    const { verdict } = play({ ms: BAD_MS, load: far }, () => ({ ms: GOOD_MS, load: far }));
    expect(verdict).toMatchObject({ verdict: 'improved', samples: 8 });
    expect(verdict?.evidence.join()).toMatch(/compared with the load of l4:s1 \(100\.0 %\)/);
  });

  it('is on trial where they eased in the very second in which it was made', () => {
    const { verdict } = play({ ms: BAD_MS, load: far }, () => ({ ms: GOOD_MS, load: {} }));
    expect(verdict).toMatchObject({ verdict: 'inconclusive', switchback: true });
    expect(verdict?.evidence.join()).toContain('untouched links that went like it eased as well');
  });

  it('never calls harm what only links say: worse than they is not worse than before', () => {
    const eased = { 'l4:s1': 0.02, 'l5:s2': 0.02 };
    const { verdict } = play({ ms: BAD_MS, load: far }, () => ({ ms: 0.98 * BAD_MS, load: eased }));
    expect(verdict?.verdict).not.toBe('harmed');
    expect(verdict?.switchback).toBeUndefined();
  });

  it('needs no trial where the load on the written device fell, but theirs did not', () => {
    const all = { ...far, ...near };
    const { verdict } = play({ ms: BAD_MS, load: all }, () => ({ ms: GOOD_MS, load: far }));
    expect(verdict?.verdict).toBe('improved');
    const alone = play({ ms: BAD_MS, load: near }, () => ({ ms: GOOD_MS, load: {} }));
    expect(alone.verdict).toMatchObject({ verdict: 'inconclusive', switchback: true });
  });

  it('takes no link of a device that is written, or on the paths of the objective', () => {
    const { verdict } = play({ ms: BAD_MS, load: near }, () => ({ ms: GOOD_MS, load: near }));
    expect(verdict?.verdict).toBe('improved');
    expect(verdict?.evidence).toContain('no untouched objective went like it before');
  });

  it('follows 32 links of a large fabric, some of each kind, for 128 frames', () => {
    const large = clos(40, 8);
    const frame = frameOf(large);
    const pass = passOf(large, { frame });
    for (let i = 0; i < 200; i++) {
      pass.observe({ frame: { ...frame, atMs: i * 1000 } });
      verify(pass);
    }
    const { channels = [], frames = [] } = pass.observed.linkSample ?? {};
    expect(new Set(channels).size).toBe(32);
    expect(channels.filter((key) => key.startsWith('s'))).toHaveLength(16);
    expect(frames).toHaveLength(128);
    expect(frames.at(-1)).toMatchObject({ atMs: 199_000 });
    expect([...(frames[0]?.loads ?? [])]).toEqual(channels.map(() => 0.1));
  });
});

describe('a trouble that comes and goes', () => {
  const isOn = (second: number): boolean => (second + 300) % 3 === 0;
  const flapping = (ms: number) => (second: number) =>
    isOn(second) ? { ms, load: {}, down: ['l1:s1'] } : { ms: GOOD_MS, load: {} };
  const bursts = (ms: number) => (second: number) =>
    isOn(second) ? { ms, load: near } : { ms: GOOD_MS, load: {} };

  it.each([
    ['while l1:s1 was down', flapping],
    ['while the load was high', bursts],
  ])('is judged by the samples with it: %s', (text, trouble) => {
    const { verdict } = play(trouble(BAD_MS), trouble(GOOD_MS));
    expect(verdict?.verdict).toBe('improved');
    expect(verdict?.evidence.join()).toContain(
      `${text}, 5 samples are 90.0 % better than 5 before`,
    );
  });

  it.each([flapping, bursts])('proves nothing where it did not come again', (trouble) => {
    const { verdict } = play(trouble(BAD_MS), () => ({ ms: GOOD_MS, load: {} }));
    expect(verdict?.verdict).toBe('inconclusive');
    expect(verdict?.evidence.join()).not.toContain('while');
  });

  it.each([flapping, bursts])('proves nothing where it is as bad as before', (trouble) => {
    const { verdict } = play(trouble(BAD_MS), trouble(BAD_MS));
    expect(verdict?.verdict).not.toBe('improved');
  });
});

describe('a trouble that goes while a change is judged', () => {
  it('needs no trial where the change was proved before the load fell', () => {
    const { verdict } = play({ ms: BAD_MS, load: near }, (second) => ({
      ms: GOOD_MS,
      load: second <= 7 ? near : {},
    }));
    expect(verdict?.verdict).toBe('improved');
  });

  it('is on trial where too little was seen before the load fell', () => {
    const { verdict } = play({ ms: BAD_MS, load: near }, (second) => ({
      ms: GOOD_MS,
      load: second <= 2 ? near : {},
    }));
    expect(verdict).toMatchObject({ verdict: 'inconclusive', switchback: true });
    expect(verdict?.evidence.join()).toContain('the load on the written devices fell');
  });
});
