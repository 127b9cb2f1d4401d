import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { loadTopology } from '@weir/adapter-inventory-file';
import { compilePolicy, FACTS, runExamples, type CompiledPolicy } from '@weir/adapter-policy-cel';
import type { Result } from '@weir/core/base';
import type { Facts } from '@weir/core/model';
import { codeInUse } from './refusals';
import { nothingToClose, Violation, type Door } from './driver';
import { hostileText, mutatedText, mutatedYaml } from './inputs';

const ROOT = join(__dirname, '../..');
export const example = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const documentOf = (file: string): unknown => parse(example(file)) as unknown;

/** A refusal says where and why, with a code that exists. */
export function judged(result: Result<unknown>, codes: readonly string[]): string {
  if (result.ok) return 'taken';
  const { code, where, reason } = result.error;
  if (!codes.includes(code) || !codeInUse(code)) throw new Violation(`refused with code ${code}`);
  if (where === '' || reason === '')
    throw new Violation(`${code} without place or reason: "${where}" "${reason}"`);
  if (reason.length > 20_000) throw new Violation(`a reason of ${reason.length} characters`);
  return code;
}

interface Options {
  readonly name: string;
  readonly about: string;
  /** Files of the repository, all of them good. */
  readonly files: readonly string[];
  readonly extra?: readonly fc.Arbitrary<string>[];
  readonly load: (text: string) => string;
}

/** A door that takes a YAML file. */
export function fileDoor({ name, about, files, extra = [], load }: Options): Door<string> {
  const texts = files.map(example);
  const good = (): void => {
    for (const [i, text] of texts.entries())
      if (load(text) !== 'taken') throw new Violation(`${files[i]} was refused: ${load(text)}`);
  };
  const spoilt = mutatedText(fc.constantFrom(...texts));
  const documents = mutatedYaml(fc.constantFrom(...files.map(documentOf)));
  return {
    name,
    about,
    input: fc.oneof(
      { weight: 4, arbitrary: documents },
      { weight: 2, arbitrary: spoilt },
      ...extra,
    ),
    open: () => Promise.resolve({ feed: load, good, close: nothingToClose }),
  };
}

const POLICY = 'deploy/policy/default.yaml';
const ATOMS = [
  ...['path.maxUtilizationRatio', 'slo.breached', 'slo.class', 'slo.quantileMs', 'nope.x', 'x'],
  ...[
    '1.0',
    '1',
    '-1',
    '1u',
    '"a"',
    "b'x'",
    'true',
    'null',
    '[1,2]',
    '{}',
    '1e999',
    'has(slo.class)',
  ],
  ...[
    '9223372036854775808',
    '"\\ud800"',
    'type(1)',
    'cause.name',
    'slo',
    '__proto__',
    'slo.__proto__',
  ],
];
const OPERATORS = [
  '&&',
  '||',
  '==',
  '!=',
  '<',
  '>=',
  '+',
  '-',
  '*',
  '/',
  '%',
  'in',
  '?',
  ':',
  '.',
  '!',
];
/** Conditions: expressions that mostly parse, some nested far too deeply. */
const condition = fc.oneof(
  fc
    .array(fc.tuple(fc.constantFrom(...ATOMS), fc.constantFrom(...OPERATORS)), {
      minLength: 1,
      maxLength: 6,
    })
    .map((parts) => parts.flat().slice(0, -1).join(' ')),
  fc
    .tuple(
      fc.constantFrom(20, 2_000, 50_000),
      fc.constantFrom('(', '!', '-', '[', 'a.', 'f(', '{1:'),
    )
    .map(([depth, open]) => open.repeat(depth) + 'true'),
  fc
    .tuple(
      fc.constantFrom(300, 20_000),
      fc.constantFrom(' && slo.breached', ' + 1', '.a', '[0]', ' ? true : true'),
    )
    .map(([times, part]) => `slo.breached${part.repeat(times)}`),
  hostileText,
);
const policyWithCondition = condition.map((when) =>
  example(POLICY).replace(/when:.*/, () => `when: ${JSON.stringify(when)}`),
);

const VALUES = {
  double: [0, 1, NaN, Infinity, -1e308],
  bool: [true, false],
  string: ['', 'real-time-inference', '\ud800'],
} as const;

/** Facts whose n-th value is the n-th of its type, unknowns and infinities among them. */
function factsOf(turn: number): Facts {
  const facts: Record<string, Record<string, unknown>> = {};
  for (const [name, [type]] of Object.entries(FACTS)) {
    const [group = '', field = ''] = name.split('.');
    (facts[group] ??= {})[field] = VALUES[type][turn % VALUES[type].length];
  }
  return facts as unknown as Facts;
}

/** A policy that was taken must decide whatever the facts are. */
function decide(policy: CompiledPolicy): void {
  for (let turn = 0; turn < 5; turn++)
    for (const { text, evaluate } of policy.conditions) {
      const held = evaluate(factsOf(turn));
      if (typeof held !== 'boolean' && held !== 'unknown')
        throw new Violation(`"${text}" gave ${String(held)}`);
    }
  runExamples(policy);
}

export const policyDoor = fileDoor({
  name: 'policy',
  about: 'policy files, CEL conditions included',
  files: [POLICY, 'examples/policies/careful.yaml'],
  extra: [policyWithCondition],
  load: (text) => {
    const policy = compilePolicy(text);
    if (policy.ok) decide(policy.value);
    return judged(policy, ['policy-invalid']);
  },
});

export const topologyDoor = fileDoor({
  name: 'topology',
  about: 'topology files, ours and containerlab',
  files: ['examples/topologies/leaf-spine.yaml', 'examples/topologies/containerlab.clab.yaml'],
  load: (text) => judged(loadTopology(text), ['topology-invalid']),
});
