// Two projects: `pure` needs no transform of dependencies; `nest` also transforms the ESM-only ones.
const moduleNameMapper = {
  '^@weir/core/(.*)$': '<rootDir>/libs/core/src/$1/index.ts',
  '^@weir/adapter-(.*)$': '<rootDir>/libs/adapters/$1/src/index.ts',
  '^@weir/(controller|cli|fabric|switch-agent|demo)$': '<rootDir>/apps/$1/src/index.ts',
  '^@weir/(.*)$': '<rootDir>/libs/$1/src/index.ts',
};
const swc = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];
const shared = {
  rootDir: __dirname,
  testEnvironment: 'node',
  moduleNameMapper,
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/'],
};

module.exports = {
  projects: [
    {
      ...shared,
      displayName: 'pure',
      testMatch: [
        '<rootDir>/libs/**/src/**/*.spec.ts',
        '<rootDir>/apps/{fabric,switch-agent,cli,demo}/src/**/*.spec.ts',
      ],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/libs/nest/'],
      transform: { '^.+\\.ts$': swc },
    },
    {
      ...shared,
      displayName: 'nest',
      testMatch: [
        '<rootDir>/apps/controller/**/*.spec.ts',
        '<rootDir>/libs/nest/**/*.spec.ts',
        '<rootDir>/test/**/*.spec.ts',
      ],
      transform: { '^.+\\.(t|j|mj)s$': swc },
      transformIgnorePatterns: [
        '/node_modules/(?!(@nestjs|jose|cookie|file-type|strtok3|token-types|uint8array-extras|load-esm|@tokenizer|@borewit)/)',
      ],
    },
  ],
};
