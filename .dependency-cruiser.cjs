// The import table of docs/architecture.md as rules. Each row lists what a package may import;
// everything else of ours is forbidden. Specs are held to the rules on cycles and apps only,
// because a spec may bring the peers that it tests against.
const SPEC = '\\.(spec|contract-run)\\.ts$';
const OURS = '^(libs|apps)/';

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

/** Packages that `from` may import, besides itself; a trailing path narrows it to a folder. */
const TABLE = [
  { from: 'libs/core', may: [] },
  {
    from: 'libs/algorithms',
    may: ['libs/core/src/model', 'libs/core/src/base', 'libs/core/src/ports'],
  },
  { from: 'libs/runtime', may: ['libs/core', 'libs/algorithms'] },
  { from: 'libs/contracts', may: [] },
  { from: 'libs/tls', may: [] },
  { from: 'libs/proto-gen', may: [] },
  { from: 'libs/gnmi', may: ['libs/proto-gen'] },
  { from: 'libs/gnmi-server', may: ['libs/gnmi', 'libs/proto-gen'] },
  { from: 'libs/intents', may: ['libs/core', 'libs/contracts'] },
  { from: 'libs/nest', may: ['libs/contracts'] },
  { from: 'libs/sim', may: ['libs/core', 'libs/algorithms', 'libs/runtime'] },
  {
    from: 'libs/openconfig-switch',
    may: ['libs/core/src/(base|model|ports)', 'libs/gnmi', 'libs/gnmi-server', 'libs/sim'],
  },
  {
    from: 'libs/closed-loop',
    may: [
      'libs/(core|algorithms|runtime|sim|openconfig-switch|gnmi|intents|contracts)',
      'libs/adapters/(journal-memory|queue-memory|gnmi|policy-cel|inventory-file)',
    ],
  },
  {
    from: 'libs/swarm',
    may: [
      'libs/(core|algorithms|runtime|sim|closed-loop|intents)',
      'libs/adapters/(journal-memory|queue-memory|lease-memory|gnmi|policy-cel)',
    ],
  },
  {
    from: 'libs/conformance',
    may: ['libs/core/src/(ports|model|base|state|change)'],
  },
  {
    from: 'libs/adapters/[^/]+',
    may: [
      'libs/core/src/ports',
      'libs/core/src/model',
      'libs/core/src/base',
      'libs/proto-gen',
      'libs/gnmi',
      'libs/contracts',
    ],
  },
  {
    from: 'apps/controller',
    may: [
      'libs/(core|algorithms|runtime|contracts|tls|intents|proto-gen|gnmi|nest)',
      'libs/adapters/[^/]+',
    ],
  },
  {
    from: 'apps/cli',
    may: [
      'libs/(core|algorithms|runtime|contracts|tls|intents|sim|closed-loop|swarm|openconfig-switch)',
      'libs/(proto-gen|gnmi|gnmi-server)',
      'libs/adapters/(policy-cel|inventory-file|journal-lmdb|journal-anchor|queue-memory|gnmi)',
      'libs/adapters/(flight-file|gobgp)',
    ],
  },
  {
    from: 'apps/fabric',
    may: [
      'libs/(core|algorithms|sim|openconfig-switch|closed-loop)',
      'libs/(gnmi|gnmi-server|proto-gen|contracts)',
    ],
  },
  { from: 'apps/switch-agent', may: ['libs/(gnmi|gnmi-server|proto-gen|tls)'] },
  {
    from: 'apps/demo',
    may: ['libs/contracts', 'apps/(cli|controller|fabric)'],
  },
];

const tableRules = TABLE.map(({ from, may }) => ({
  name: `table-${from.replace('/[^/]+', '').replaceAll('/', '-')}`,
  comment: `${from} may import: ${may.join(', ') || 'no package of ours'}.`,
  severity: 'error',
  from: { path: `^(${from})/src/`, pathNot: SPEC },
  // $1 is the package itself, so that an adapter may import itself but no other adapter.
  to: { path: OURS, pathNot: [`^$1/`, ...may.map((item) => `^${item}/`)] },
}));

const stageRules = STAGES.map((stage, index) => ({
  name: `stage-${stage}`,
  comment: 'A stage knows the one before it by its types only, and no other stage.',
  severity: 'error',
  from: { path: `^libs/core/src/loop/${stage}/`, pathNot: SPEC },
  to: {
    path: `^libs/core/src/loop/([1-8]-|loop)`,
    pathNot: [`^libs/core/src/loop/${stage}/`].concat(
      index > 0 ? [`^libs/core/src/loop/${STAGES[index - 1]}/`] : [],
    ),
  },
}));

const stageTypeRules = STAGES.slice(1).map((stage, index) => ({
  name: `stage-types-${stage}`,
  comment: 'Only types cross from one stage to the next.',
  severity: 'error',
  from: { path: `^libs/core/src/loop/${stage}/`, pathNot: SPEC },
  to: { path: `^libs/core/src/loop/${STAGES[index]}/`, dependencyTypesNot: ['type-only'] },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'Files that need each other are one file, or miss a third one.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'not-resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'not-declared',
      comment: 'A package that is imported stands in the package.json of the importer.',
      severity: 'error',
      from: { path: OURS, pathNot: SPEC },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'] },
    },
    {
      name: 'through-the-front-door',
      comment: 'Another package is imported by its name, never by a relative path.',
      severity: 'error',
      from: { path: '^((?:libs/adapters|libs|apps)/[^/]+)/' },
      to: { path: OURS, pathNot: '^$1/', dependencyTypesNot: ['aliased'] },
    },
    {
      name: 'libs-not-apps',
      comment: 'Libraries, their specs included, know nothing of the programs.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'core-is-alone',
      comment: 'Core has no dependency: no package, no node: module.',
      severity: 'error',
      from: { path: '^libs/core/src/', pathNot: SPEC },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'core'] },
    },
    {
      name: 'pure-without-node',
      comment: 'Algorithms, runtime and sim take the outside through ports.',
      severity: 'error',
      from: { path: '^libs/(algorithms|runtime|sim)/src/', pathNot: SPEC },
      to: { dependencyTypes: ['npm', 'npm-dev', 'core'] },
    },
    {
      name: 'contracts-only-zod',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: SPEC },
      to: { path: 'node_modules', pathNot: 'node_modules/zod/' },
    },
    {
      name: 'nest-at-the-edge',
      comment: 'NestJS is known to libs/nest and apps/controller only.',
      severity: 'error',
      from: { path: OURS, pathNot: ['^libs/nest/', '^apps/controller/'] },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'specs-are-leaves',
      comment: 'Nothing imports a spec.',
      severity: 'error',
      from: {},
      to: { path: '\\.spec\\.ts$' },
    },
    {
      name: 'base-is-ground',
      comment: 'core/base knows nothing of networks.',
      severity: 'error',
      from: { path: '^libs/core/src/base/', pathNot: SPEC },
      to: { path: '^libs/core/src/(model|ports|change|loop)/' },
    },
    {
      name: 'model-below-ports',
      severity: 'error',
      from: { path: '^libs/core/src/model/', pathNot: SPEC },
      to: { path: '^libs/core/src/(ports|change|loop)/' },
    },
    {
      name: 'ports-below-loop',
      severity: 'error',
      from: { path: '^libs/core/src/ports/', pathNot: SPEC },
      to: { path: '^libs/core/src/(change|loop)/' },
    },
    ...tableRules,
    ...stageRules,
    ...stageTypeRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^(libs|apps)/.*/dist/', '^libs/proto-gen/src/generated/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
    combinedDependencies: false,
  },
};
