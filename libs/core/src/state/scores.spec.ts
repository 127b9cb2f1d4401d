import type { Change, RecordBody, ShadowDecision, ShadowScore } from '../model';
import { applyRecord, emptyDurableState, LIMITS, scoreKey, type DurableState } from './index';

const decision = (id: string, changeId: string | null = null): RecordBody =>
  ({
    kind: 'shadow-decided',
    id,
    rule: 'reroute',
    group: 'pod1',
    objectiveId: 'o',
    changeId,
    why: 'observe',
  }) as unknown as RecordBody;

const scored = (id: string, outcome: ShadowScore['outcome']): RecordBody => ({
  kind: 'shadow-scored',
  id,
  score: { outcome, gainRatio: 0, uncertaintyRatio: 1, afterMs: -1, samples: 0, evidence: [] },
});

const fold = (bodies: readonly RecordBody[], state: DurableState = emptyDurableState) =>
  bodies.reduce((before, body) => applyRecord(before, { atMs: 1, epoch: 1, body }), state);

const scoreOf = (state: DurableState) =>
  state.scores.get(scoreKey({ rule: 'reroute', group: 'pod1' } as ShadowDecision));

function changeIn(state: Change['state'], part: Partial<Change> = {}): Change {
  return {
    id: 'chg-1',
    rule: 'reroute',
    group: 'pod1',
    state,
    incident: null,
    devices: {},
    times: {},
    leaseUntilMs: null,
    action: { type: 'reroute', routes: [] },
    plan: { predicted: { gainRatio: -0.4 }, diffs: [] },
    verdict: null,
    ...part,
  } as unknown as Change;
}

const moved = (from: Change['state'], to: Change['state']): RecordBody => ({
  kind: 'change-transition',
  id: 'chg-1' as Change['id'],
  from,
  to,
  reason: '',
  times: {},
});

const verdict = (effectRatio: number, samples = 10): RecordBody => ({
  kind: 'verdict',
  id: 'chg-1' as Change['id'],
  verdict: {
    verdict: effectRatio < 0 ? 'improved' : 'no-effect',
    beforeMs: 10,
    afterMs: 5,
    effectRatio,
    pValue: 0,
    samples,
    evidence: [],
  },
});

describe('scores', () => {
  it('count decisions that were not carried out, by what they would have come to', () => {
    const state = fold([
      decision('shadow-1'),
      decision('shadow-2'),
      decision('shadow-3'),
      scored('shadow-1', 'helped'),
      scored('shadow-2', 'not-needed'),
    ]);
    expect(scoreOf(state)?.shadow).toEqual({
      decided: 3,
      'not-needed': 1,
      helped: 1,
      'no-gain': 0,
      harmed: 0,
      unknown: 0,
    });
    expect(state.shadows.get('shadow-3')?.score).toBeNull();
    expect(state.shadowCount).toBe(3);
  });

  it('drop a decision that was carried out after all: what it does is measured', () => {
    const state = fold([
      { kind: 'change-proposed', change: changeIn('awaiting-approval') },
      decision('shadow-1', 'chg-1'),
      moved('awaiting-approval', 'scheduled'),
    ]);
    expect(state.shadows.size).toBe(0);
    expect(scoreOf(state)?.shadow.decided).toBe(0);
  });

  it('count changes by verdict and end, and hold the measured effect against the predicted', () => {
    const state = fold([
      { kind: 'change-proposed', change: changeIn('verifying') },
      verdict(-0.3),
      moved('verifying', 'confirming'),
      moved('confirming', 'confirmed'),
    ]);
    const score = scoreOf(state);
    expect(score?.real).toMatchObject({ improved: 1, kept: 1, undone: 0 });
    expect(score?.calibration).toMatchObject({ count: 1, predicted: -0.4, measured: -0.3 });
    expect(score?.calibration.squaredError).toBeCloseTo(0.01, 12);
  });

  it('learn nothing from a verdict without samples', () => {
    const state = fold([
      { kind: 'change-proposed', change: changeIn('verifying') },
      verdict(0.1, 0),
      moved('verifying', 'rolling-back'),
      moved('rolling-back', 'rolled-back'),
    ]);
    expect(scoreOf(state)?.real).toMatchObject({ 'no-effect': 1, undone: 1 });
    expect(scoreOf(state)?.calibration.count).toBe(0);
  });

  it('keep the newest decisions only, and count all of them', () => {
    const many = LIMITS.scoredShadows + 50;
    const bodies = Array.from({ length: many }, (_, i) => [
      decision(`shadow-${i + 1}`),
      scored(`shadow-${i + 1}`, 'unknown'),
    ]).flat();
    const state = fold(bodies);
    expect(state.shadows.size).toBe(LIMITS.scoredShadows);
    expect([...state.shadows.keys()].at(-1)).toBe(`shadow-${many}`);
    expect(scoreOf(state)?.shadow.unknown).toBe(many);
  });

  it('of a journal without groups count for the group without a name', () => {
    const { group: _, ...old } = changeIn('verifying');
    const state = fold([
      { kind: 'change-proposed', change: old },
      moved('verifying', 'rolling-back'),
      moved('rolling-back', 'rolled-back'),
    ]);
    expect([...state.scores.keys()]).toEqual(['reroute|']);
  });
});
