import type { ChangeResult, RunResult, Score, Truth, TruthCause } from '@weir/closed-loop';

/** stays: what goes wrong stays wrong; passes: it ends by itself, some time after the onset. */
export type Course = 'stays' | 'passes';

/** One incident to be drawn and lived through with the loop on. */
export interface VerdictTask {
  readonly cause: TruthCause | 'healthy';
  readonly course: Course;
  readonly number: number;
  readonly seed: number;
}

/** A change of a rule that reached a device, and what it was really worth. */
export interface JudgedChange {
  readonly rule: string;
  readonly action: string;
  readonly outcome: ChangeResult['outcome'];
  /** As the loop judged it; null: not judged. */
  readonly verdict: string | null;
  readonly effect: Truth['effect'];
  /** The same from the verdict on; null: not judged. */
  readonly later: Truth['effect'] | null;
  readonly score: Score;
  /** Relative change of the objective as the loop saw it and as it was; null: unknown. */
  readonly measuredRatio: number | null;
  readonly trueRatio: number | null;
  /** What either judgement stands on, for those that differ. */
  readonly why: readonly string[];
}

export interface VerdictRun {
  readonly task: VerdictTask;
  /** Whether a change of the network could do any good. */
  readonly treatable: boolean;
  readonly incidents: number;
  readonly changes: readonly JudgedChange[];
}

/** What of a run the bench counts: changes of rules of which the truth is known. */
export function judgedChanges(result: RunResult): JudgedChange[] {
  return result.changes.flatMap((change) => {
    const { origin, rule, truth, score, verdict, applied, action, outcome } = change;
    if (origin !== 'rule' || rule === null || !applied || truth === null || score === null)
      return [];
    return [
      {
        rule,
        action,
        outcome,
        verdict: verdict?.verdict ?? null,
        effect: truth.effect,
        later: truth.later?.effect ?? null,
        score,
        measuredRatio: verdict?.effectRatio ?? null,
        trueRatio: truth.effectRatio,
        why: [
          ...(verdict?.evidence ?? [change.reason]),
          ...truth.evidence,
          ...(truth.later?.evidence ?? []).map((line) => `from the verdict on: ${line}`),
        ],
      },
    ];
  });
}
