import type { PartialFacts } from '@weir/contracts';
import type { Facts } from '@weir/core/model';
import type { CompiledPolicy } from './compile-policy';

/** How one example of a policy came out, with what each condition gave. */
export interface ExampleOutcome {
  readonly name: string;
  readonly where: string;
  readonly passed: boolean;
  readonly expected: string | null;
  readonly actual: string | null;
  readonly conditions: readonly {
    readonly rule: string;
    readonly when: string;
    readonly result: boolean | 'unknown';
  }[];
}

const UNKNOWN: Facts = {
  slo: {
    breached: false,
    quantileMs: NaN,
    thresholdMs: NaN,
    severity: NaN,
    class: '',
    metric: '',
  },
  path: {
    maxUtilizationRatio: NaN,
    maxLossRatio: NaN,
    bestAlternativeUtilizationRatio: NaN,
    downLinks: NaN,
    imbalanceRatio: NaN,
    ownShareRatio: NaN,
    grayLossRatio: NaN,
    fanIn: NaN,
    elephants: NaN,
  },
  queue: {
    depthBytes: NaN,
    depthRatio: NaN,
    peakDepthBytes: NaN,
    lossRatio: NaN,
    markRatio: NaN,
    delayMs: NaN,
    standingRatio: NaN,
    starved: false,
    shareRatio: NaN,
  },
  loss: { ratio: NaN },
  symptom: { kind: 'unknown' },
  pfc: { pauseRatio: NaN },
  forecast: {
    maxUtilizationRatio: NaN,
    upperUtilizationRatio: NaN,
    lowerUtilizationRatio: NaN,
    horizonMs: NaN,
  },
  cause: { name: 'unknown', score: NaN },
};

/** Full facts from those of an example: numbers that are left out are NaN. */
export function completeFacts(given: PartialFacts): Facts {
  const groups = Object.entries(UNKNOWN).map(([group, fields]) => [
    group,
    { ...(fields as object), ...(given[group as keyof PartialFacts] ?? {}) },
  ]);
  return Object.fromEntries(groups) as Facts;
}

/** Runs every example of the policy; one that fails means the policy is not what it says. */
export function runExamples(policy: CompiledPolicy): ExampleOutcome[] {
  return policy.examples.map((example, i) => {
    const facts = completeFacts(example.given);
    const conditions = policy.rules.map((rule, j) => ({
      rule: rule.name,
      when: rule.enterText,
      result: policy.conditions[j]?.evaluate(facts) ?? 'unknown',
    }));
    const actual = policy.rules.find((rule) => rule.enter(facts))?.name ?? null;
    const expected = example.expect.rule;
    return {
      name: example.name,
      where: `spec.examples[${i}]`,
      passed: actual === expected,
      expected,
      actual,
      conditions,
    };
  });
}
