import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { PolicyDocumentInput } from '@weir/contracts';
import { compilePolicy, MAX_POLICY_CHARACTERS } from './compile-policy';
import { defaultPolicyText } from './default-policy';
import { completeFacts, runExamples } from './examples';

const compiled = (text: string) => {
  const result = compilePolicy(text);
  if (!result.ok) throw new Error(`${result.error.where}: ${result.error.reason}`);
  return result.value;
};

/** The default policy with something changed, as text. */
function changed(edit: (policy: PolicyDocumentInput) => void): string {
  const policy = parse(defaultPolicyText) as PolicyDocumentInput;
  edit(policy);
  return stringify(policy);
}
type Rules = PolicyDocumentInput['spec']['rules'];
const ruleAt = (policy: PolicyDocumentInput, i: number): Rules[number] =>
  policy.spec.rules[i] as Rules[number];

describe('default policy', () => {
  it('is the one in deploy/policy', () => {
    const deployed = join(__dirname, '../../../../deploy/policy/default.yaml');
    expect(readFileSync(deployed, 'utf8')).toBe(defaultPolicyText);
  });

  it('has the three rules of the mission in their order, the first of them first, on auto', () => {
    const { rules } = compiled(defaultPolicyText);
    expect(rules.map((rule) => [rule.name, rule.action.type, rule.mode])).toEqual([
      ['reroute', 'reroute', 'auto'],
      ['scheduler', 'scheduler', 'auto'],
      ['buffer', 'buffer', 'auto'],
      ['ecn', 'ecn', 'auto'],
      ['bad-link', 'avoid', 'auto'],
      ['placement', 'placement', 'auto'],
      ['incast', 'buffer', 'auto'],
    ]);
  });

  it('passes its own examples', () => {
    const outcomes = runExamples(compiled(defaultPolicyText));
    expect(outcomes.length).toBeGreaterThanOrEqual(7);
    expect(outcomes.filter((outcome) => !outcome.passed)).toEqual([]);
  });

  it('writes out every field with the default of the schema', () => {
    const bare = compiled(
      changed((policy) => {
        policy.spec = { rules: policy.spec.rules };
      }),
    );
    const written = compiled(defaultPolicyText);
    const { detect, freshness, limits, planTtlMs, leaseMs, groups } = written;
    expect(bare).toMatchObject({ detect, freshness, limits, planTtlMs, leaseMs, groups });
    const { escalation, forecast, freezeWindows, learning, rollout } = written;
    expect(bare).toMatchObject({ escalation, forecast, freezeWindows, learning, rollout });
    const { spec } = parse(defaultPolicyText) as { spec: Record<string, unknown> };
    expect(Object.keys(spec).sort()).toEqual(
      ['detect', 'escalation', 'examples', 'freezeWindows', 'freshness', 'groups', 'leaseMs']
        .concat(['forecast', 'learning', 'limits', 'planTtlMs', 'rollout', 'rules', 'verify'])
        .sort(),
    );
    // A policy that does not know of going back means what it meant.
    const { switchback, falseRollbackRatio, ...verify } = written.verify;
    expect(bare.rules[0]?.verify).toEqual({ ...verify, switchback: 'never' });
    expect({ switchback, falseRollbackRatio }).toEqual({
      switchback: 'unproven',
      falseRollbackRatio: verify.alpha,
    });
  });

  it('decides nothing when every fact is unknown, breached or not', () => {
    const { rules } = compiled(defaultPolicyText);
    for (const breached of [true, false])
      expect(rules.filter((rule) => rule.enter(completeFacts({ slo: { breached } })))).toEqual([]);
  });
});

describe('compilePolicy', () => {
  it('lets a rule override parts of verify and keeps the rest', () => {
    const policy = compiled(
      changed((document) => {
        ruleAt(document, 1).verify = { minSamples: 7, harm: { lossIncrease: 0.5 } };
      }),
    );
    expect(policy.rules[1]?.verify).toMatchObject({
      minSamples: 7,
      maxMs: 300_000,
      harm: { lossIncrease: 0.5, objectiveRatio: 0.1 },
    });
    expect(policy.rules[0]?.verify.minSamples).toBe(200);
  });

  it('gives other text another hash', () => {
    const { hash } = compiled(defaultPolicyText);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(compiled(`${defaultPolicyText}\n`).hash).not.toBe(hash);
  });

  it('reads freeze windows of both forms', () => {
    const { freezeWindows } = compiled(
      changed((document) => {
        document.spec.freezeWindows = [
          { name: 'night', days: ['fri'], from: '17:30', to: '06:00', utcOffsetMinutes: 60 },
          { name: 'feast', start: '1970-01-02T00:00:00Z', end: '1970-01-02T02:00:00+01:00' },
        ];
      }),
    );
    expect(freezeWindows).toEqual([
      {
        kind: 'weekly',
        name: 'night',
        groups: [],
        days: ['fri'],
        fromMinute: 1050,
        toMinute: 360,
        utcOffsetMinutes: 60,
      },
      { kind: 'once', name: 'feast', groups: [], startMs: 86_400_000, endMs: 90_000_000 },
    ]);
  });

  const cases: [string, string, string, string][] = [
    ['no YAML', 'a: [1, 2', 'line 1', 'Flow sequence'],
    ['a key twice', 'kind: Policy\nkind: Policy\n', 'line 2', 'unique'],
    ['not a mapping', '- 1\n', '(root)', 'must be a mapping'],
    ['empty', '', '(root)', 'must be a mapping'],
    [
      'another kind',
      changed((p) => {
        p.kind = 'Topology' as 'Policy';
      }),
      'kind',
      'Policy',
    ],
    [
      'no rules',
      changed((p) => {
        p.spec.rules = [];
      }),
      'spec.rules',
      'at least one rule',
    ],
    [
      'an unknown field',
      changed((p) => {
        Object.assign(ruleAt(p, 2), { coolDownMs: 1 });
      }),
      'spec.rules[2].coolDownMs',
      'did you mean "cooldownMs"?',
    ],
    [
      'a bad condition',
      changed((p) => {
        ruleAt(p, 2).when = 'los.ratio > 0.001';
      }),
      'spec.rules[2].when',
      'did you mean "loss.ratio"?',
    ],
    [
      'a bad action',
      changed((p) => {
        ruleAt(p, 0).action = { type: 'reboot' } as never;
      }),
      'spec.rules[0].action.type',
      'one of reroute, placement, avoid, buffer, ecn',
    ],
    [
      'a rule that foresees and does not move routes',
      changed((p) => {
        ruleAt(p, 2).foresee = true;
      }),
      'spec.rules[2].foresee',
      'only rules whose action is reroute or placement',
    ],
    [
      'a ratio out of range',
      changed((p) => {
        p.spec.limits = { maxLayerShare: 25 };
      }),
      'spec.limits.maxLayerShare',
      '<=1',
    ],
    [
      'thresholds the wrong way round',
      changed((p) => {
        ruleAt(p, 2).action = { type: 'ecn', minThresholdBytesAt25G: 900_000 };
      }),
      'spec.rules[2].action.minThresholdBytesAt25G',
      'must not be above',
    ],
    [
      'a rule twice',
      changed((p) => {
        ruleAt(p, 2).name = 'reroute';
      }),
      'spec.rules[2].name',
      '"reroute" is used twice',
    ],
    [
      'an example of no rule',
      changed((p) => {
        (p.spec.examples ?? [])[0]!.expect.rule = 'rerout';
      }),
      'spec.examples[0].expect.rule',
      'did you mean "reroute"?',
    ],
    [
      'an example with an unknown fact',
      changed((p) => {
        Object.assign((p.spec.examples ?? [])[0]!.given, { slo: { breach: true } });
      }),
      'spec.examples[0].given.slo.breach',
      'did you mean "breached"?',
    ],
    [
      'an unknown mode of a group',
      changed((p) => {
        p.spec.groups = { pod1: 'on' as 'off' };
      }),
      'spec.groups.pod1',
      'off',
    ],
    [
      'a freeze window without an end',
      changed((p) => {
        p.spec.freezeWindows = [{ name: 'night', days: ['fri'], from: '17:30', to: '17:30' }];
      }),
      'spec.freezeWindows[0].from',
      'must differ',
    ],
    [
      'a freeze window that ends before it begins',
      changed((p) => {
        const [start, end] = ['2026-12-24T00:00:00Z', '2026-12-23T00:00:00Z'];
        p.spec.freezeWindows = [{ name: 'feast', start, end }];
      }),
      'spec.freezeWindows[0].end',
      'after',
    ],
    ['too long a text', `#${'x'.repeat(MAX_POLICY_CHARACTERS)}`, '(root)', 'longer than'],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(50)}]\nc: &c [${'*b,'.repeat(50)}]\nd: [${'*c,'.repeat(50)}]\n`,
      '(root)',
      'alias',
    ],
  ];
  it.each(cases)('refuses %s', (_, text, where, reason) => {
    const result = compilePolicy(text);
    if (result.ok) throw new Error('accepted');
    expect(result.error.code).toBe('policy-invalid');
    expect(result.error.where).toContain(where);
    expect(result.error.reason).toContain(reason);
  });

  it('names the other mistakes too', () => {
    const result = compilePolicy(
      changed((p) => {
        p.spec.planTtlMs = -1;
        p.spec.limits = { maxOpenChanges: 0 };
      }),
    );
    expect(!result.ok && result.error.reason).toContain('and 1 more: spec.planTtlMs');
  });
});

describe('examples', () => {
  it('say what every condition gave when they fail', () => {
    const text = changed((p) => {
      ruleAt(p, 0).when = 'slo.breached && path.maxUtilizationRatio > 0.95';
    });
    const failed = runExamples(compiled(text)).filter((outcome) => !outcome.passed);
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({
      where: 'spec.examples[0]',
      expected: 'reroute',
      actual: 'ecn',
    });
    expect(failed[0]?.conditions.slice(0, 4)).toMatchObject([
      { rule: 'reroute', result: false },
      { rule: 'scheduler', result: false },
      { rule: 'buffer', result: false },
      { rule: 'ecn', result: true },
    ]);
  });
});
