// Flat ESLint configuration. Typed rules everywhere; purity rules where the design depends on
// them: core and algorithms may not know time, chance, I/O or concurrency, and runtime and sim
// get all of these through ports, so that a run can be replayed from its journal or its seed.
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const CLOCKS = ['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate'];
const CLEARS = ['clearTimeout', 'clearInterval', 'clearImmediate', 'queueMicrotask'];
const OUTSIDE = ['process', 'console', 'crypto', 'fetch', 'require', 'global', 'globalThis'];
const SHARED = ['Buffer', 'Atomics', 'SharedArrayBuffer', 'WebAssembly'];

const reason = (what) => `${what} makes the loop depend on something outside its arguments.`;
const globals = (names) => names.map((name) => ({ name, message: reason(name) }));

const noChance = [{ object: 'Math', property: 'random', message: 'Use a seeded Random.' }];

const noAsync = [
  {
    selector: ':function[async=true]',
    message: 'No async here: return an effect, completions come back as events.',
  },
  { selector: 'AwaitExpression', message: 'No await here: return an effect.' },
  { selector: 'ForOfStatement[await=true]', message: 'No async iteration here.' },
  { selector: 'ImportExpression', message: 'No dynamic import here.' },
];
const noPromiseTypes = {
  selector: 'TSTypeReference > Identifier[name=/^(Promise|PromiseLike|AsyncIterable)$/]',
  message: 'Only ports may speak of promises.',
};

const onlyRelative = {
  patterns: [
    { regex: '^(?!\\.{1,2}(/|$))', message: 'Core imports itself only, by relative path.' },
  ],
};
const onlyCore = {
  patterns: [
    {
      regex: '^(?!\\.{1,2}(/|$)|@weir/core/(model|base|ports)$)',
      message: 'Algorithms import core/model, core/base and core/ports only.',
    },
  ],
};
const noNode = {
  patterns: [
    {
      regex: '^node:|^(@nestjs|@grpc)/|^@weir/(adapter-|nest$|controller$)',
      message: 'What the outside offers comes through a port.',
    },
  ],
};

const typed = {
  '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true },
  ],
  '@typescript-eslint/return-await': ['error', 'in-try-catch'],
  '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
  '@typescript-eslint/no-unused-vars': [
    'error',
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
  ],
  '@typescript-eslint/restrict-template-expressions': [
    'error',
    { allowNumber: true, allowBoolean: true, allowNullish: true },
  ],
  // A port's method is asynchronous whether or not this implementation has to wait.
  '@typescript-eslint/require-await': 'off',
  '@typescript-eslint/no-empty-object-type': 'off',
};

const size = {
  // `npm run tidy` reports files above 300 lines; this is the end.
  'max-lines': ['error', { max: 500 }],
  'max-lines-per-function': ['error', { max: 70, skipComments: true, skipBlankLines: true }],
};

const basics = {
  eqeqeq: ['error', 'always'],
  'no-console': 'error',
  'prefer-const': 'error',
  'no-var': 'error',
  'no-restricted-properties': ['error', ...noChance],
  'no-empty': ['error', { allowEmptyCatch: false }],
};

// Contract suites are specs that wait for an adapter.
const SPECS = [
  '**/*.spec.ts',
  'libs/conformance/src/**/*.ts',
  '**/*.contract-run.ts',
  'test/**/*.ts',
];

export default defineConfig(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/coverage/**',
      '**/.weir/**',
      'libs/proto-gen/src/**',
      'apps/console/**',
      'test/fixtures/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.check.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: { ...typed, ...size, ...basics },
  },
  {
    files: ['libs/core/src/**/*.ts'],
    ignores: SPECS,
    rules: {
      'no-restricted-globals': ['error', ...globals([...CLOCKS, ...CLEARS, ...OUTSIDE, ...SHARED])],
      'no-restricted-syntax': ['error', ...noAsync, noPromiseTypes],
      'no-restricted-imports': ['error', onlyRelative],
    },
  },
  {
    files: ['libs/core/src/ports/**/*.ts'],
    ignores: SPECS,
    rules: { 'no-restricted-syntax': ['error', ...noAsync] },
  },
  {
    files: ['libs/core/src/**/*.ts', 'libs/algorithms/src/**/*.ts'],
    ignores: [...SPECS, 'libs/core/src/ports/**'],
    rules: { 'no-restricted-properties': ['error', ...noChance] },
  },
  {
    files: ['libs/algorithms/src/**/*.ts'],
    ignores: SPECS,
    rules: {
      'no-restricted-globals': ['error', ...globals([...CLOCKS, ...CLEARS, ...OUTSIDE, ...SHARED])],
      'no-restricted-syntax': ['error', ...noAsync, noPromiseTypes],
      'no-restricted-imports': ['error', onlyCore],
    },
  },
  {
    files: ['libs/runtime/src/**/*.ts', 'libs/sim/src/**/*.ts'],
    ignores: SPECS,
    rules: {
      'no-restricted-globals': ['error', ...globals([...CLOCKS, ...CLEARS, ...OUTSIDE])],
      'no-restricted-imports': ['error', noNode],
    },
  },
  {
    files: SPECS,
    rules: {
      // A describe block is a list of cases, not a function.
      'max-lines-per-function': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Programs that write to a terminal.
    files: ['tools/**/*.mjs', 'test/**/*.mjs', '.ci/**/*.mjs', '**/*.cjs', '*.mjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'process',
          'console',
          'setTimeout',
          'clearTimeout',
          'module',
          'require',
          '__dirname',
          'URL',
        ]
          .concat(['Buffer', 'fetch', 'AbortSignal', 'performance', 'setInterval', 'clearInterval'])
          .map((name) => [name, 'readonly']),
      ),
    },
    rules: { ...size, eqeqeq: ['error', 'always'], 'prefer-const': 'error', 'no-var': 'error' },
  },
);
