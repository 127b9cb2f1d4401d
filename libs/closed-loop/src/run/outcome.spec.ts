import type { Change } from '@weir/core/model';
import type { Truth } from '../result';
import { changeResult, type Known } from './outcome';

const improved = { effect: 'improved', effectRatio: -0.5, evidence: [] } as unknown as Truth;

function resultOf(change: Partial<Change>, known: Partial<Known> = {}) {
  const whole = {
    id: 'chg-1',
    state: 'rolled-back',
    createdMs: 0,
    times: {},
    devices: {},
    action: { type: 'reroute', routes: [] },
    plan: { diffs: [], predicted: {} },
    verdict: null,
    ...change,
  } as unknown as Change;
  const { outcome, score } = changeResult(whole, {
    ...{ applied: true, repeated: false, truth: improved },
    ...known,
  });
  return [outcome, score];
}

const trial = { verdict: { verdict: 'inconclusive', switchback: true } } as Partial<Change>;
const judged = (outcome: 'proved' | 'refuted'): Partial<Change> => ({
  ...trial,
  switchback: { outcome, reason: '' },
});

describe('the outcome of a change', () => {
  it('is right when what helps is kept, and wrong when it is taken back', () => {
    expect(resultOf({ state: 'confirmed' })).toEqual(['kept', 'right']);
    expect(resultOf({})).toEqual(['undone', 'undone-but-good']);
    expect(resultOf({}, { applied: false })[0]).toBe('not-applied');
    expect(resultOf({ state: 'verifying' })).toEqual(['open', 'unsettled']);
  });

  it('of a trial is that of what is made again, and open until it is judged', () => {
    expect(resultOf(trial)).toEqual(['on-trial', 'unsettled']);
    expect(resultOf(judged('proved'), { repeated: true })).toEqual(['on-trial', 'unsettled']);
  });

  it('of a trial that leads to nothing is that it was undone', () => {
    expect(resultOf(judged('proved'))).toEqual(['undone', 'undone-but-good']);
    expect(resultOf(judged('refuted'))).toEqual(['undone', 'undone-but-good']);
  });
});
