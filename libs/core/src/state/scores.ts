import { assert } from '../base';
import type {
  Change,
  ChangeState,
  RecordBody,
  RuleScore,
  Shadow,
  ShadowDecision,
  VerdictRecord,
} from '../model';
import type { DurableState } from './durable';
import { LIMITS } from './limits';

type ShadowBody = Extract<RecordBody, { kind: 'shadow-decided' | 'shadow-scored' }>;

/** Shadow decisions wait for their score, and count by rule and group once they have it. */
export function foldShadow(state: DurableState, body: ShadowBody): DurableState {
  if (body.kind === 'shadow-decided') {
    const { kind: _, ...decision } = body;
    const shadows = new Map(state.shadows).set(body.id, { ...decision, score: null });
    const scores = counted(state.scores, decision, (score) => ({
      ...score,
      shadow: { ...score.shadow, decided: score.shadow.decided + 1 },
    }));
    return { ...state, shadows, scores, shadowCount: state.shadowCount + 1 };
  }
  const shadow = state.shadows.get(body.id);
  assert(shadow !== undefined, `journal: shadow ${body.id} was never decided`);
  const { outcome } = body.score;
  const shadows = new Map(state.shadows).set(body.id, { ...shadow, score: body.score });
  const scores = counted(state.scores, shadow, (score) => ({
    ...score,
    shadow: { ...score.shadow, [outcome]: score.shadow[outcome] + 1 },
  }));
  return { ...state, shadows: newest(shadows), scores };
}

/** A change of a rule that was carried out counts when it ends, by its verdict and its end. */
export function countChange(state: DurableState, change: Change, from: ChangeState): DurableState {
  // What is carried out after all is judged by what it does, not by what it would have done.
  if (change.state === 'scheduled') return withoutShadowOf(state, change);
  const ended = change.state === 'confirmed' || change.state === 'rolled-back';
  const { verdict, rule } = change;
  if (!ended || rule === null || from === change.state) return state;
  const kept = change.state === 'confirmed';
  const scores = counted(state.scores, { rule, group: change.group ?? '' }, (score) => ({
    ...score,
    real: {
      ...score.real,
      ...(verdict === null ? {} : { [verdict.verdict]: score.real[verdict.verdict] + 1 }),
      kept: score.real.kept + (kept ? 1 : 0),
      undone: score.real.undone + (kept ? 0 : 1),
    },
    calibration:
      verdict === null ? score.calibration : calibrated(score.calibration, change, verdict),
  }));
  return { ...state, scores };
}

function calibrated(
  calibration: RuleScore['calibration'],
  { plan: { predicted } }: Change,
  { beforeMs, samples, effectRatio }: VerdictRecord,
): RuleScore['calibration'] {
  if (!(beforeMs > 0) || samples === 0) return calibration;
  return {
    count: calibration.count + 1,
    predicted: calibration.predicted + predicted.gainRatio,
    measured: calibration.measured + effectRatio,
    squaredError: calibration.squaredError + (effectRatio - predicted.gainRatio) ** 2,
  };
}

function withoutShadowOf(state: DurableState, { id }: Change): DurableState {
  const shadow = [...state.shadows.values()].find(
    (item) => item.changeId === id && item.score === null,
  );
  if (shadow === undefined) return state;
  const shadows = new Map(state.shadows);
  shadows.delete(shadow.id);
  const scores = counted(state.scores, shadow, (score) => ({
    ...score,
    shadow: { ...score.shadow, decided: score.shadow.decided - 1 },
  }));
  return { ...state, shadows, scores };
}

type Scored = Pick<ShadowDecision, 'rule' | 'group'>;

export const scoreKey = ({ rule, group }: Scored): string => `${rule}|${group}`;

const NO_SCORE: Omit<RuleScore, 'rule' | 'group'> = {
  shadow: { decided: 0, 'not-needed': 0, helped: 0, 'no-gain': 0, harmed: 0, unknown: 0 },
  real: { improved: 0, 'no-effect': 0, harmed: 0, inconclusive: 0, kept: 0, undone: 0 },
  calibration: { count: 0, predicted: 0, measured: 0, squaredError: 0 },
};

function counted(
  scores: DurableState['scores'],
  { rule, group }: Scored,
  count: (score: RuleScore) => RuleScore,
): DurableState['scores'] {
  const key = scoreKey({ rule, group });
  const known = scores.get(key);
  if (known === undefined && scores.size >= LIMITS.scoredRules) return scores;
  return new Map(scores).set(key, count(known ?? { rule, group, ...NO_SCORE }));
}

function newest(shadows: ReadonlyMap<string, Shadow>): ReadonlyMap<string, Shadow> {
  const scored = [...shadows.values()].filter((shadow) => shadow.score !== null);
  const excess = scored.slice(0, Math.max(0, scored.length - LIMITS.scoredShadows));
  if (excess.length === 0) return shadows;
  const next = new Map(shadows);
  for (const { id } of excess) next.delete(id);
  return next;
}
