import { compilePolicy, defaultPolicyText } from '@weir/adapter-policy-cel';
import type { ScenarioDocument } from '@weir/contracts';
import { ok, type Result } from '@weir/core/base';
import { stricterMode, type Policy, type Topology } from '@weir/core/model';
import { parse, stringify } from 'yaml';
import { mistake, unknownName } from './refusals';
import type { ReadText } from './scenario';

type PolicyDocument = ScenarioDocument['spec']['policy'];
type Fields = Record<string, unknown>;

/** The policy of a scenario: Weir's own or a file's, with the fields that the scenario overrides. */
export function buildPolicy(document: PolicyDocument, readText: ReadText): Result<Policy> {
  const text = document.file === undefined ? ok(defaultPolicyText) : readText(document.file);
  if (!text.ok) return mistake('spec.policy.file', text.error.reason);
  const checked = compilePolicy(text.value);
  if (!checked.ok)
    return mistake('spec.policy.file', `${checked.error.where}: ${checked.error.reason}`);
  const { overrides } = document;
  if (Object.keys(overrides).length === 0) return checked;
  const policy = parse(text.value) as { spec: Fields };
  const { rules, ...fields } = overrides;
  const merged = mergeRules(policy.spec['rules'] as Fields[], rules ?? {});
  if (!merged.ok) return merged;
  const spec = merge(policy.spec, fields);
  // Examples were written for the policy as it was.
  delete spec['examples'];
  const whole = stringify({ ...policy, spec: { ...spec, rules: merged.value } });
  const compiled = compilePolicy(whole);
  if (compiled.ok) return compiled;
  return mistake(fieldOf(compiled.error.where, merged.value), compiled.error.reason);
}

function mergeRules(
  rules: readonly Fields[],
  overrides: Readonly<Record<string, Fields | null>>,
): Result<Fields[]> {
  const names = rules.map((rule) => String(rule['name']));
  for (const name of Object.keys(overrides))
    if (!names.includes(name))
      return unknownName(`spec.policy.overrides.rules.${name}`, 'rule', name, names);
  const merged = rules.flatMap((rule) => {
    const fields = overrides[String(rule['name'])];
    if (fields === null) return [];
    return [fields === undefined ? rule : merge(rule, fields)];
  });
  return ok(merged);
}

/** Fields of `over` win, one level after the other; lists are replaced. */
function merge(base: Fields, over: Readonly<Fields>): Fields {
  const merged: Fields = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = base[key];
    if (value === undefined) continue;
    merged[key] = isFields(before) && isFields(value) ? merge(before, value) : value;
  }
  return merged;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Where the mistake stands in the scenario, for a path in the merged policy. */
function fieldOf(where: string, rules: readonly Fields[]): string {
  const rule = /^spec\.rules\[(\d+)\](.*)$/.exec(where);
  if (rule === null) return where.replace(/^spec/, 'spec.policy.overrides');
  const name = String(rules[Number(rule[1])]?.['name']);
  return `spec.policy.overrides.rules.${name}${rule[2] ?? ''}`;
}

/** The same policy, allowed to suggest and no more. */
export function suggestOnly(policy: Policy, topology: Topology): Policy {
  const groups = new Set([...topology.devices.values()].map((device) => device.group));
  return {
    ...policy,
    groups: Object.fromEntries(
      [...groups].map((group) => [group, stricterMode(policy.groups[group] ?? 'auto', 'suggest')]),
    ),
  };
}

/** The same policy without rules: incidents and their causes are found, and that is all. */
export const observeOnly = (policy: Policy): Policy => ({ ...policy, rules: [] });
