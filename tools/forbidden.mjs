// Examples of what the architecture forbids, each with the rule that must refuse it.

const imports = (rule, file, specifier, companion) => ({
  rule,
  file,
  source: `import { marker } from '${specifier}';\nexport const offending = marker;\n`,
  ...(companion ? { companion } : {}),
});
const marker = (file) => ({ file, source: 'export const marker = 1;\n' });

const STAGES = [
  '1-observe',
  '2-detect',
  '3-diagnose',
  '4-decide',
  '5-validate',
  '6-apply',
  '7-verify',
  '8-settle',
];
const stageFile = (stage, name) => `libs/core/src/loop/${stage}/${name}.ts`;

const stageImports = STAGES.map((stage, index) => {
  const other = STAGES[(index + 3) % STAGES.length];
  return imports(
    `stage-${stage}`,
    stageFile(stage, 'reach'),
    `../${other}/far`,
    marker(stageFile(other, 'far')),
  );
});
const stageValues = STAGES.slice(1).map((stage, index) =>
  imports(
    `stage-types-${stage}`,
    stageFile(stage, 'value'),
    `../${STAGES[index]}/near`,
    marker(stageFile(STAGES[index], 'near')),
  ),
);

export const forbiddenImports = [
  imports('table-libs-core', 'libs/core/src/model/up.ts', '@weir/runtime'),
  imports('table-libs-algorithms', 'libs/algorithms/src/up.ts', '@weir/core/loop'),
  imports('table-libs-runtime', 'libs/runtime/src/up.ts', '@weir/adapter-gnmi'),
  imports('table-libs-contracts', 'libs/contracts/src/up.ts', '@weir/core/model'),
  imports('table-libs-tls', 'libs/tls/src/up.ts', '@weir/contracts'),
  imports('table-libs-proto-gen', 'libs/proto-gen/src/up.ts', '@weir/core/model'),
  imports('table-libs-gnmi', 'libs/gnmi/src/up.ts', '@weir/core/model'),
  imports('table-libs-gnmi-server', 'libs/gnmi-server/src/up.ts', '@weir/sim'),
  imports('table-libs-intents', 'libs/intents/src/up.ts', '@weir/runtime'),
  imports('table-libs-nest', 'libs/nest/src/up.ts', '@weir/runtime'),
  imports('table-libs-sim', 'libs/sim/src/up.ts', '@weir/adapter-gnmi'),
  imports('table-libs-openconfig-switch', 'libs/openconfig-switch/src/up.ts', '@weir/runtime'),
  imports('table-libs-closed-loop', 'libs/closed-loop/src/up.ts', '@weir/adapter-queue-bullmq'),
  imports('table-libs-swarm', 'libs/swarm/src/up.ts', '@weir/adapter-journal-lmdb'),
  imports('table-libs-conformance', 'libs/conformance/src/up.ts', '@weir/runtime'),
  imports('table-libs-adapters', 'libs/adapters/gnmi/src/up.ts', '@weir/adapter-otlp'),
  imports('table-apps-controller', 'apps/controller/src/up.ts', '@weir/sim'),
  imports('table-apps-cli', 'apps/cli/src/up.ts', '@weir/adapter-queue-bullmq'),
  imports('table-apps-fabric', 'apps/fabric/src/up.ts', '@weir/adapter-gnmi'),
  imports('table-apps-switch-agent', 'apps/switch-agent/src/up.ts', '@weir/sim'),
  imports('table-apps-demo', 'apps/demo/src/up.ts', '@weir/adapter-gnmi'),
  ...stageImports,
  ...stageValues,
  imports('no-cycle', 'libs/sim/src/ring-a.ts', './ring-b', {
    file: 'libs/sim/src/ring-b.ts',
    source: `import { offending } from './ring-a';\nexport const marker = (): number => offending;\n`,
  }),
  imports('not-resolvable', 'libs/sim/src/nowhere.ts', './does-not-exist'),
  imports('not-declared', 'libs/nest/src/undeclared.ts', 'yaml'),
  imports('through-the-front-door', 'libs/intents/src/side-door.ts', '../../contracts/src/index'),
  imports('libs-not-apps', 'libs/nest/src/app.ts', '@weir/controller'),
  imports('core-is-alone', 'libs/core/src/model/node.ts', 'node:fs'),
  imports('pure-without-node', 'libs/runtime/src/node.ts', 'node:crypto'),
  imports('contracts-only-zod', 'libs/contracts/src/other.ts', 'yaml'),
  imports('nest-at-the-edge', 'apps/cli/src/nest.ts', '@nestjs/common'),
  imports('specs-are-leaves', 'libs/sim/src/leaf.ts', './other.spec', {
    file: 'libs/sim/src/other.spec.ts',
    source: 'export const marker = 1;\n',
  }),
  imports('base-is-ground', 'libs/core/src/base/up.ts', '../model'),
  imports('model-below-ports', 'libs/core/src/model/above.ts', '../ports'),
  imports('ports-below-loop', 'libs/core/src/ports/above.ts', '../loop'),
];

const code = (rule, file, source) => ({ rule, file, source: `${source}\n` });
const CORE = 'libs/core/src/model';
const ALGORITHMS = 'libs/algorithms/src';

export const forbiddenCode = [
  code('no-restricted-globals', `${CORE}/bad-date.ts`, 'export const at = Date.now();'),
  code('no-restricted-globals', `${CORE}/bad-log.ts`, `export const log = () => console.log('x');`),
  code('no-restricted-globals', `${CORE}/bad-env.ts`, 'export const env = process.env;'),
  code('no-restricted-globals', `${CORE}/bad-clock.ts`, 'export const t = performance.now();'),
  code('no-restricted-globals', `${CORE}/bad-uuid.ts`, 'export const id = crypto.randomUUID();'),
  code(
    'no-restricted-globals',
    `${ALGORITHMS}/bad-timer.ts`,
    'export const wait = () => setTimeout(() => undefined, 1);',
  ),
  code('no-restricted-globals', 'libs/runtime/src/bad-date.ts', 'export const at = Date.now();'),
  code('no-restricted-properties', `${CORE}/bad-dice.ts`, 'export const dice = Math.random();'),
  code('no-restricted-properties', 'libs/sim/src/bad-dice.ts', 'export const d = Math.random();'),
  code('no-restricted-syntax', `${CORE}/bad-async.ts`, 'export const f = async () => 1;'),
  code(
    'no-restricted-syntax',
    `${ALGORITHMS}/bad-promise.ts`,
    'export type Later = Promise<number>;',
  ),
  code('no-restricted-imports', `${CORE}/bad-node.ts`, `export { join } from 'node:path';`),
  code('no-restricted-imports', `${ALGORITHMS}/bad-zod.ts`, `export { z } from 'zod';`),
  code('no-restricted-imports', 'libs/runtime/src/bad-fs.ts', `export { join } from 'node:path';`),
  code(
    '@typescript-eslint/no-floating-promises',
    'libs/nest/src/bad-floating.ts',
    'const f = async () => 1;\nexport const g = () => {\n  f();\n};',
  ),
  code(
    '@typescript-eslint/switch-exhaustiveness-check',
    'libs/nest/src/bad-switch.ts',
    `export function f(x: 'a' | 'b') {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}`,
  ),
  code(
    '@typescript-eslint/no-misused-promises',
    'libs/nest/src/bad-misused.ts',
    'export const f = (x: Promise<boolean>) => (x ? 1 : 2);',
  ),
  code('no-console', 'apps/controller/src/bad-console.ts', `console.log('x');\nexport {};`),
  code(
    'no-empty',
    'libs/nest/src/bad-empty.ts',
    'export const f = () => {\n  try {\n    JSON.parse("");\n  } catch {}\n};',
  ),
  code(
    'max-lines-per-function',
    'libs/nest/src/bad-long.ts',
    `export function f(): number {\n${'  void 0;\n'.repeat(80)}  return 1;\n}`,
  ),
];

const fileOf = (lines) => 'export {};\n'.repeat(lines);
const opened = '/** What this folder is, said in a whole sentence. */\n';

/** One file each, and a part of the complaint that `npm run tidy` must make about it. */
export const untidy = [
  { path: 'libs/sim/src/loadModel.ts', text: '', complaint: 'not kebab-case' },
  { path: 'libs/sim/src/utils.ts', text: '', complaint: 'says nothing' },
  { path: 'libs/sim/src/helpers/flow.ts', text: '', complaint: 'says nothing' },
  { path: 'libs/sim/src/later.ts', text: `// ${'TO' + 'DO'}: this\n`, complaint: 'unfinished' },
  { path: 'docs/a.md', text: `see ${['', 'home', 'me', 'x'].join('/')}\n`, complaint: 'machine' },
  { path: 'libs/sim/src/a.ts', text: 'interface IFlow {}\n', complaint: 'I prefix' },
  { path: 'libs/sim/src/a.spec.ts', text: `it${'.only'}('x');\n`, complaint: 'focused' },
  { path: 'libs/sim/src/b.spec.ts', text: `\nit${'.skip'}('x');\n`, complaint: 'skipped' },
  { path: 'libs/sim/src/long.ts', text: fileOf(501), complaint: '501 lines' },
  { path: 'libs/sim/src/index.ts', text: 'export {};\n', complaint: 'paragraph' },
];

/** Whole trees, each with a part of the complaint. */
export const untidyTrees = [
  {
    files: [{ path: 'package-lock.json', text: '"resolved": "https://registry.example/x"' }],
    complaint: 'names a registry',
  },
  { files: [{ path: 'libs/sim/package.json', text: '{}' }], complaint: 'no src/index.ts' },
  {
    files: [{ path: 'libs/core/src/base/codes.ts', text: `  'not-found': 'x',\n` }],
    complaint: 'no section for `not-found`',
  },
  { files: [{ path: 'libs/sim/src/a.ts', text: fileOf(121) }], complaint: 'median' },
  {
    files: [{ path: 'docs/safety.md', text: '`libs/sim/src/a.spec.ts` "holds still"' }],
    complaint: 'no test "holds still"',
  },
  {
    files: [{ path: 'docs/safety.md', text: '| 1 | S | a stream is cut | nothing shows it |\n' }],
    complaint: 'row 1 names no test',
  },
  {
    files: [{ path: 'docs/safety.md', text: '| 2 | N | a silent stall | nothing shows it |\n' }],
    complaint: 'not once in the matrix: 1, 3,',
  },
];

/** And files with which `npm run tidy` is content, so that it does not refuse everything. */
export const tidy = [
  { path: 'libs/sim/src/load-model.ts', text: 'export {};\n' },
  { path: 'libs/sim/src/index.ts', text: `${opened}export {};\n` },
  { path: 'libs/sim/src/c.spec.ts', text: `// no redis-server here\nit${'.skip'}('x');\n` },
  { path: 'README.md', text: 'served on /v1/home and @weir/work\n' },
];
