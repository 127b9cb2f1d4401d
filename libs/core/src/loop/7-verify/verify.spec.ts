import { strategies } from '@weir/algorithms';
import type { Change } from '../../model';
import { emptyDurableState } from '../../state';
import { changeOf, clos, frameOf, NOW, passOf } from '../guard/testing/network';
import { emptyObservedState, type ObjectiveState, type ObservedState } from '../observed';
import { Pass } from '../pass';
import { verify } from './index';

const network = clos(2, 2);
const VERIFY = {
  settleMs: 0,
  minSamples: 5,
  maxMs: 60_000,
  minGainRatio: 0.05,
  alpha: 0.05,
  harm: { objectiveRatio: 0.5, otherObjectivesRatio: 0.5, lossIncrease: 1 },
  onInconclusive: 'rollback',
} as const;
const TICK_MS = 1000;
const BAD_MS = 100;
const GOOD_MS = 10;

const changeWith = (settleMs: number, minSamples: number, objectiveRatio: number): Change =>
  changeOf(
    network,
    {},
    {
      state: 'applied',
      verify: { ...VERIFY, settleMs, minSamples, harm: { ...VERIFY.harm, objectiveRatio } },
      times: { observed: NOW.wallMs - 20_000, applying: NOW.wallMs - 100 },
    },
  );

interface Tick {
  readonly quantileMs: number;
}

/**
 * Plays ticks after the change was read back: each brings what arrived since the one before. Says
 * at which tick there was a verdict, and what it stood on.
 */
function play(
  settleMs: number,
  ticks: readonly Tick[],
  minSamples: number = VERIFY.minSamples,
  objectiveRatio: number = VERIFY.harm.objectiveRatio,
) {
  let samples = Array.from({ length: 10 }, (_, i) => ({
    atMs: NOW.monoMs - 10_500 + i * TICK_MS,
    quantileMs: BAD_MS,
    count: 100,
  }));
  const change = changeWith(settleMs, minSamples, objectiveRatio);
  const { env } = passOf(network);
  let durable = { ...emptyDurableState, changes: new Map([[change.id, change]]) };
  let observed: ObservedState = { ...emptyObservedState, holdReason: '' };
  const look = (monoMs: number, sequence: number): Change | undefined => {
    const wallMs = NOW.wallMs + monoMs - NOW.monoMs;
    const objective = { id: 'objective', flows: [] };
    const state = { objective, samples } as unknown as ObjectiveState;
    const objectives = new Map([['objective', state]]);
    const frame = { ...frameOf(network), sequence, atMs: monoMs };
    const seen = { ...observed, frame, objectives, images: network.images };
    const pass = new Pass({ ...env, strategies }, { durable, observed: seen }, { monoMs, wallMs });
    verify(pass);
    observed = pass.observed;
    durable = { ...pass.durable, changes: new Map(pass.durable.changes) };
    return durable.changes.get(change.id);
  };
  look(NOW.monoMs, 1);
  for (const [i, { quantileMs }] of ticks.entries()) {
    const atMs = NOW.monoMs + (i + 1) * TICK_MS - 500;
    samples = [...samples, { atMs, quantileMs, count: 100 }];
    const verdict = look(atMs, i + 2)?.verdict;
    if (verdict) return { tick: i + 1, verdict };
  }
  return null;
}

const good = Array.from({ length: 20 }, () => ({ quantileMs: GOOD_MS }));

describe('verify', () => {
  it('does not count what arrived in part before the change, however short it settles', () => {
    const played = play(0, [{ quantileMs: BAD_MS }, ...good]);
    expect(played).toMatchObject({
      tick: 6,
      verdict: { verdict: 'improved', samples: 5, afterMs: GOOD_MS, beforeMs: BAD_MS },
    });
  });

  it('counts nothing while the change settles, and everything after', () => {
    const bad = Array.from({ length: 3 }, () => ({ quantileMs: BAD_MS }));
    expect(play(2_500, [...bad, ...good])).toMatchObject({
      tick: 8,
      verdict: { verdict: 'improved', samples: 5, afterMs: GOOD_MS },
    });
    expect(play(2_499, [...bad, ...good])?.verdict.afterMs).toBe(GOOD_MS);
    expect(play(1_499, [...bad, ...good])?.tick).toBeGreaterThan(8);
  });

  it('takes the five samples that the test needs, where the policy asks for fewer', () => {
    const { verdict } = play(0, [{ quantileMs: BAD_MS }, ...good], 1) ?? {};
    expect(verdict).toMatchObject({ verdict: 'improved', samples: 5 });
    expect(play(0, [{ quantileMs: BAD_MS }, ...good.slice(0, 4)], 1)).toBeNull();
  });

  it('ends at once what is worse in every sample than in all before, however it goes on', () => {
    const worse = [150, 190, 260, 350, 420, 600, 800, 900].map((quantileMs) => ({ quantileMs }));
    expect(play(0, [{ quantileMs: BAD_MS }, ...worse])).toMatchObject({
      tick: 6,
      verdict: { verdict: 'harmed', samples: 5 },
    });
  });

  it('ends at once what is worse by far, though not in every sample', () => {
    const worse = [400, 90, 380, 420, 60, 500, 450, 410].map((quantileMs) => ({ quantileMs }));
    expect(play(0, [{ quantileMs: BAD_MS }, ...worse], 6)?.tick).toBe(9);
    expect(play(0, [{ quantileMs: BAD_MS }, ...worse], 6, 0.1)).toMatchObject({
      tick: 7,
      verdict: { verdict: 'harmed', samples: 6 },
    });
  });

  it('says nothing of figures that come and go', () => {
    const undecided = [30, 300, 20, 200, 15, 400, 60].map((quantileMs) => ({ quantileMs }));
    expect(play(0, undecided)).toBeNull();
  });
});
