import type {
  ChangeId,
  RecordBody,
  RuleScore,
  Shadow,
  ShadowOutcome,
  Verdict,
} from '@weir/core/model';
import { canonicalJson } from '@weir/core/ports';
import { scoreKey } from '@weir/core/state';

interface RealChange {
  readonly action: string;
  appliedMs: number;
  verdict: { readonly verdict: Verdict; readonly effectRatio: number } | null;
}

const OUTCOMES: Readonly<Record<Verdict, ShadowOutcome>> = {
  improved: 'helped',
  'no-effect': 'no-gain',
  harmed: 'harmed',
  inconclusive: 'unknown',
};

/**
 * What the recorded controller carried out. Where that is what the tested policy decides, its
 * measured effect is the score; where it is something else, what got better meanwhile proves
 * nothing about the decision.
 */
export class RealChanges {
  private readonly changes = new Map<ChangeId, RealChange>();

  see(records: readonly RecordBody[], atMs: number): void {
    for (const body of records)
      if (body.kind === 'change-proposed')
        this.changes.set(body.change.id, {
          action: canonicalJson(body.change.action),
          appliedMs: NaN,
          verdict: null,
        });
      else if (body.kind === 'change-transition' && body.to === 'applied') {
        const change = this.changes.get(body.id);
        if (change !== undefined) change.appliedMs = atMs;
      } else if (body.kind === 'verdict') {
        const change = this.changes.get(body.id);
        if (change !== undefined) change.verdict = body.verdict;
      }
  }

  judge(shadow: Shadow): Shadow {
    const { score } = shadow;
    if (score === null) return shadow;
    const meanwhile = [...this.changes.values()].filter(
      ({ appliedMs }) => appliedMs >= shadow.decidedMs && appliedMs <= shadow.dueMs,
    );
    const action = canonicalJson(shadow.action);
    const verdict = meanwhile.find((change) => change.action === action)?.verdict;
    if (verdict !== null && verdict !== undefined) {
      const evidence = [`the recorded controller did it: measured ${verdict.verdict}`];
      const gainRatio = verdict.effectRatio;
      return {
        ...shadow,
        score: { ...score, outcome: OUTCOMES[verdict.verdict], gainRatio, evidence },
      };
    }
    if (meanwhile.length === 0 || score.outcome !== 'not-needed') return shadow;
    const evidence = [...score.evidence, 'the recorded controller changed the network meanwhile'];
    return { ...shadow, score: { ...score, outcome: 'unknown', evidence } };
  }
}

/** The scores with the outcomes that were judged otherwise moved over. */
export function recounted(
  scores: readonly RuleScore[],
  before: readonly Shadow[],
  after: readonly Shadow[],
): readonly RuleScore[] {
  const moved = new Map(scores.map((score) => [scoreKey(score), { ...score.shadow }]));
  after.forEach((shadow, i) => {
    const counts = moved.get(scoreKey(shadow));
    const old = before[i]?.score;
    if (counts === undefined || !old || shadow.score === null) return;
    counts[old.outcome]--;
    counts[shadow.score.outcome]++;
  });
  return scores.map((score) => ({ ...score, shadow: moved.get(scoreKey(score)) ?? score.shadow }));
}
