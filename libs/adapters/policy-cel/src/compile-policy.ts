import { createHash } from 'node:crypto';
import { formatIssues, nearest, policySchema, summarize } from '@weir/contracts';
import type { PolicyDocument, PolicyExample } from '@weir/contracts';
import {
  ruleName,
  type FreezeWindow,
  type Policy,
  type Rule,
  type VerifyPolicy,
} from '@weir/core/model';
import { ok, refuse, type Result } from '@weir/core/base';
import { parseDocument } from 'yaml';
import { compileCondition, type Condition } from './condition';

/** A policy in force, with what `weir policy test` and `weir policy show` need of its source. */
export interface CompiledPolicy extends Policy {
  readonly text: string;
  readonly conditions: readonly Condition[];
  readonly examples: readonly PolicyExample[];
}

type RuleDocument = PolicyDocument['spec']['rules'][number];

/** Larger files are refused before they are parsed. */
export const MAX_POLICY_CHARACTERS = 1_000_000;

/**
 * Reads and checks a policy. Refused with `policy-invalid` and the path of the field: bad YAML,
 * unknown or missing fields, values out of range, names used twice, conditions that do not
 * compile. Examples are not run here; see `runExamples`.
 */
export function compilePolicy(text: string): Result<CompiledPolicy> {
  const yaml = parseYaml(text);
  if (!yaml.ok) return yaml;
  const parsed = policySchema.safeParse(yaml.value);
  if (!parsed.success) {
    const { where, reason } = summarize(formatIssues(parsed.error));
    return refuse('policy-invalid', where, reason);
  }
  const { metadata, spec } = parsed.data;
  const names = checkNames(parsed.data);
  if (!names.ok) return names;
  const rules: Rule[] = [];
  const conditions: Condition[] = [];
  for (const [i, document] of spec.rules.entries()) {
    const condition = compileCondition(document.when, `spec.rules[${i}].when`);
    if (!condition.ok) return condition;
    conditions.push(condition.value);
    rules.push(ruleOf(document, condition.value, spec.verify));
  }
  return ok({
    name: metadata.name,
    hash: createHash('sha256').update(text).digest('hex'),
    detect: spec.detect,
    freshness: spec.freshness,
    limits: spec.limits,
    verify: spec.verify,
    planTtlMs: spec.planTtlMs,
    leaseMs: spec.leaseMs,
    groups: spec.groups,
    escalation: spec.escalation,
    learning: spec.learning,
    freezeWindows: spec.freezeWindows.map(windowOf),
    rollout: spec.rollout,
    forecast: spec.forecast,
    rules,
    text,
    conditions,
    examples: spec.examples,
  });
}

function windowOf(document: PolicyDocument['spec']['freezeWindows'][number]): FreezeWindow {
  const { name, groups } = document;
  if ('start' in document) {
    const [startMs, endMs] = [Date.parse(document.start), Date.parse(document.end)];
    return { kind: 'once', name, groups, startMs, endMs };
  }
  const { days, utcOffsetMinutes } = document;
  const [fromMinute, toMinute] = [minuteOf(document.from), minuteOf(document.to)];
  return { kind: 'weekly', name, groups, days, fromMinute, toMinute, utcOffsetMinutes };
}

/** `17:30` is minute 1050 of the day. */
const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

function ruleOf(document: RuleDocument, condition: Condition, verify: VerifyPolicy): Rule {
  return {
    name: ruleName(document.name),
    description: document.description,
    enter: (facts) => condition.evaluate(facts) === true,
    enterText: document.when,
    action: document.action,
    mode: document.mode,
    cooldownMs: document.cooldownMs,
    foresee: document.foresee,
    verify: withOverrides(verify, document.verify),
  };
}

function withOverrides(base: VerifyPolicy, overrides: RuleDocument['verify']): VerifyPolicy {
  if (!overrides) return base;
  const given = <T extends object>(fields: T): Partial<T> =>
    Object.fromEntries(
      Object.entries(fields).filter(([, value]) => value !== undefined),
    ) as Partial<T>;
  const { harm, ...plain } = overrides;
  return { ...base, ...given(plain), harm: { ...base.harm, ...given(harm ?? {}) } } as VerifyPolicy;
}

function checkNames({ spec }: PolicyDocument): Result<void> {
  const known = new Set<string>();
  for (const [i, rule] of spec.rules.entries()) {
    if (known.has(rule.name))
      return refuse('policy-invalid', `spec.rules[${i}].name`, `"${rule.name}" is used twice`);
    known.add(rule.name);
  }
  for (const [i, example] of spec.examples.entries()) {
    const { rule } = example.expect;
    if (rule === null || known.has(rule)) continue;
    const near = nearest(rule, known);
    const hint = near ? `did you mean "${near}"?` : `rules: ${[...known].join(', ')}`;
    const where = `spec.examples[${i}].expect.rule`;
    return refuse('policy-invalid', where, `no rule is called "${rule}"; ${hint}`);
  }
  return ok(undefined);
}

function parseYaml(text: string): Result<unknown> {
  if (text.length > MAX_POLICY_CHARACTERS)
    return refuse('policy-invalid', '(root)', `longer than ${MAX_POLICY_CHARACTERS} characters`);
  try {
    const document = parseDocument(text, { prettyErrors: true });
    const [error] = document.errors;
    if (!error) return ok(document.toJS());
    const at = error.linePos?.[0];
    const where = at ? `line ${at.line}, column ${at.col}` : '(root)';
    const reason = (error.message.split('\n')[0] ?? '').replace(/:$/, '');
    return refuse('policy-invalid', where, reason);
  } catch (cause) {
    // Nesting that exhausts the parser, and aliases that would expand without bound.
    const reason = cause instanceof RangeError ? 'nested too deeply' : (cause as Error).message;
    return refuse('policy-invalid', '(root)', reason);
  }
}
