import { strategies } from '@weir/algorithms';
import { deviceId, type Change, type Objective, type VerifyPolicy } from '../../model';
import { touchedPauses } from '../effect';
import { changeOf, clos, frameOf, NOW, passOf } from '../guard/testing/network';
import { emptyObservedState, type ObjectiveState, type Verification } from '../observed';
import { Pass } from '../pass';
import { harmElsewhere } from './harm';
import { judge } from './judge';

const network = clos(2, 2);
const LEAF = deviceId('l1');
const [source, destination] = [...network.topology.endpoints.keys()];
const VERIFY = {
  settleMs: 0,
  minSamples: 8,
  maxMs: 60_000,
  minGainRatio: 0.05,
  alpha: 0.05,
  harm: { objectiveRatio: 0.1, otherObjectivesRatio: 0.1, lossIncrease: 0.01 },
  onInconclusive: 'rollback',
} satisfies VerifyPolicy;

const changeWith = (harm: Partial<VerifyPolicy['harm']> = {}): Change => ({
  ...changeOf(network, { l1: {} }),
  times: { observed: NOW.wallMs - 20_000, applying: NOW.wallMs },
  verify: { ...VERIFY, harm: { ...VERIFY.harm, ...harm } },
});

const BEFORE_MS = [20, 21, 19, 20, 22, 20, 19, 21, 20, 20];

const verification = (fields: Partial<Verification> = {}): Verification => ({
  startedMs: NOW.monoMs,
  firstFrameMs: NOW.monoMs,
  beforeMs: [],
  before: [],
  comparisons: [],
  earlier: [],
  driver: { loadBps: NaN, down: [] },
  othersBeforeMs: new Map([['other', BEFORE_MS]]),
  lossBefore: 0,
  lossAfter: [],
  frame: 1,
  pauseBeforePps: 10,
  pauseAfterPps: [],
  ...fields,
});

/** Another objective over the written leaf sent these since the change. */
function passAfter(
  afterMs: readonly number[],
  tailMs: (quantileMs: number) => number = (quantileMs) => quantileMs,
): Pass {
  const sample = (quantileMs: number, i: number, fromMs: number) => {
    const atMs = fromMs + (i + 1) * 100;
    return {
      atMs,
      quantileMs,
      tailMs: atMs > NOW.monoMs ? tailMs(quantileMs) : quantileMs,
      count: 9,
    };
  };
  const objective = {
    id: 'other',
    thresholdMs: 25,
    flows: [{ sources: [source], destinations: [destination] }],
  } as unknown as Objective;
  const samples = [
    ...BEFORE_MS.map((ms, i) => sample(ms, i, NOW.monoMs - 5000)),
    ...afterMs.map((ms, i) => sample(ms, i, NOW.monoMs)),
  ];
  const state = { objective, samples } as unknown as ObjectiveState;
  const { env, durable } = passOf(network);
  const observed = {
    ...emptyObservedState,
    frame: frameOf(network),
    images: network.images,
    objectives: new Map([['other', state]]),
  };
  return new Pass({ ...env, strategies }, { durable, observed }, NOW);
}

const harmOf = (
  afterMs: readonly number[],
  change: Change = changeWith(),
  fields: Partial<Verification> = {},
  tailMs?: (quantileMs: number) => number,
) => harmElsewhere(passAfter(afterMs, tailMs), change, verification(fields), NOW.monoMs);

/** The verdict so long after the beginning, on a change without an objective of its own. */
const verdictAfter = (elapsedMs: number, afterMs: readonly number[]) =>
  judge(passAfter(afterMs), changeWith(), verification({ startedMs: NOW.monoMs - elapsedMs }));

const times = (count: number, ms: number): number[] =>
  Array.from({ length: count }, (_, i) => ms + (i % 3) - 1);

describe('harm to others', () => {
  it('is proved by a clear worsening, from five samples on', () => {
    expect(harmOf(times(8, 60)).proved).toContain('other, which shares the devices, is');
    expect(harmOf(times(8, 20))).toEqual({ proved: null, suspected: null, unheard: [] });
  });

  it('is suspected of few samples, which are not enough to undo by and too many to keep by', () => {
    expect(harmOf([60, 61, 60])).toMatchObject({
      proved: null,
      suspected: expect.stringContaining('other') as unknown,
      unheard: [],
    });
  });

  it('is looked at for the whole time while it is suspected, whoever asked for the change', () => {
    const mixed = [20, 60, 20, 60, 20, 60, 60, 20, 60];
    expect(harmOf(mixed)).toMatchObject({ proved: null, suspected: expect.anything() as unknown });
    expect(verdictAfter(VERIFY.maxMs / 2, times(9, 20))?.verdict).toBe('no-effect');
    expect(verdictAfter(VERIFY.maxMs / 2, mixed)).toBeNull();
    expect(verdictAfter(VERIFY.maxMs, mixed)?.verdict).toBe('inconclusive');
  });

  it('waits to hear of an objective that sends rarely', () => {
    expect(harmOf([])).toMatchObject({ proved: null, suspected: null, unheard: ['other'] });
    expect(harmOf([20])).toMatchObject({ suspected: null, unheard: ['other'] });
  });

  it('is the tail alone, where that is asked for', () => {
    const tail = (ms: number): number => 4 * ms;
    expect(harmOf(times(8, 20), changeWith(), {}, tail).proved).toBeNull();
    const found = harmOf(times(8, 20), changeWith({ tailRatio: 0.5 }), {}, tail);
    expect(found.proved).toContain('the 99th percentile of other is');
  });

  it('is a storm of pauses, where that is asked for', () => {
    const pauses = { pauseAfterPps: [9000, 11_000, 10_000] };
    expect(harmOf([], changeWith(), pauses).proved).toBeNull();
    const asked = changeWith({ pauseIncreasePps: 1000 });
    expect(harmOf([], asked, pauses).proved).toContain('rose to 10000 a second');
    expect(harmOf([], asked, { pauseAfterPps: [9000, 20] }).proved).toBeNull();
    expect(harmOf([], asked, { ...pauses, pauseBeforePps: 9500 }).proved).toBeNull();
  });

  it('is loss on the touched links', () => {
    expect(harmOf([], changeWith(), { lossAfter: [0.03, 0, 0.04] }).proved).toContain('3.0 %');
    expect(harmOf([], changeWith(), { lossAfter: [0.03, 0, 0] }).proved).toBeNull();
  });
});

describe('pauses at the written devices', () => {
  it('are the most at any of their ports, either way, and unknown where nothing is known', () => {
    const { layout } = frameOf(network);
    const unknown = new Float64Array(layout.channels.length).fill(NaN);
    const own = layout.channels.findIndex(({ device }) => layout.devices[device] === LEAF);
    const other = layout.channels.findIndex(({ device }) => layout.devices[device] !== LEAF);
    const sent = unknown.slice();
    sent[own] = 70;
    sent[other] = 900;
    const change = changeWith();
    expect(touchedPauses(change, layout, { pauseRxPps: unknown, pauseTxPps: sent })).toBe(70);
    expect(touchedPauses(change, layout, { pauseRxPps: unknown, pauseTxPps: unknown })).toBeNaN();
  });
});
