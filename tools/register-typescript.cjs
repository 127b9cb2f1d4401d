// Lets a child process of a test run TypeScript sources without a build, the way jest does: swc
// transpiles, and @weir packages resolve to their sources.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { transformSync } = require('@swc/core');

const root = path.resolve(__dirname, '..');
const places = [
  [/^@weir\/core\/(.*)$/, 'libs/core/src/$1/index.ts'],
  [/^@weir\/adapter-(.*)$/, 'libs/adapters/$1/src/index.ts'],
  [/^@weir\/(controller|cli|fabric|switch-agent|demo)$/, 'apps/$1/src/index.ts'],
  [/^@weir\/(.*)$/, 'libs/$1/src/index.ts'],
];

const resolveFilename = Module._resolveFilename;
Module._resolveFilename = function resolve(request, ...rest) {
  const place = places.find(([pattern]) => pattern.test(request));
  if (!place) return resolveFilename.call(this, request, ...rest);
  return path.join(root, request.replace(place[0], place[1]));
};

/** Compiles `text` as the content of `file`, whatever stands in it on the disk. */
function compile(module, file, text) {
  const { code } = transformSync(text, {
    filename: file,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  });
  module._compile(code, file);
}

require.extensions['.ts'] = (module, file) => compile(module, file, readFileSync(file, 'utf8'));

module.exports = { compile };
