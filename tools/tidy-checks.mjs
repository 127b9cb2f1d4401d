// The house rules that neither compiler nor linter knows. Each check takes one file (path relative
// to the top, text) and returns complaints; `wholeTree` takes all of them.

const SOURCE = /\.(ts|tsx|mjs|cjs|js)$/;
const TEXT = /\.(ts|tsx|mjs|cjs|js|json|ya?ml|md|proto|sh|service|css|html|cel)$|^\.ci\//;
const GENERATED = /^libs\/proto-gen\/src\/generated\/|package-lock\.json$|^docs\/reference\//;
const SPEC = /\.spec\.ts$/;

const LINES_END = 500;
const LINES_LONG = 300;
const MEDIAN_END = 120;

const UNFINISHED = new RegExp(
  `\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`,
);
const MACHINE_PATH = /(?<![\w.}>*-])\/(?:home|root|Users|work)\/[\w.]/;
const VAGUE_NAME = /^(utils?|common|helpers?|managers?|misc)$/;
const KEBAB = /^\.?[a-z0-9]+([.-][a-z0-9]+)*$/;
const PROPER_NAMES = new Set(
  ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'NOTICE', 'SECURITY.md'].concat([
    'Dockerfile',
    'Chart.yaml',
    'Makefile',
  ]),
);
const HUNGARIAN = /\binterface I[A-Z][a-z]/;
/** Index of a package, and of each folder of core, which is imported by folder. */
const FRONT_DOOR =
  /^(?:libs|apps)\/(?:adapters\/)?[^/]+\/src\/index\.ts$|^libs\/core\/src\/[^/]+\/index\.ts$/;
const FOCUSED = /\b(?:it|test|describe)(?:\.\w+)*\.only\b|\bf(?:it|describe)\(/;
const SKIPPED = /\b(?:it|test|describe)(?:\.\w+)*\.skip\b|\bx(?:it|describe|test)\(/;

const lineCount = (text) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

function* names(path) {
  // Protocol buffer files follow the packages that they are wire-compatible with.
  if (path.startsWith('proto/') || GENERATED.test(path)) return;
  // Data sets of others keep the names under which their source has them.
  if (path.startsWith('test/fixtures/')) return;
  for (const part of path.split('/')) {
    if (!KEBAB.test(part) && !PROPER_NAMES.has(part) && !path.startsWith('docs/'))
      yield `${path}: "${part}" is not kebab-case`;
    if (VAGUE_NAME.test(part.replace(/\..*$/, '')))
      yield `${path}: "${part}" says nothing; name the concept`;
  }
}

function* words(path, text) {
  if (!TEXT.test(path) || GENERATED.test(path)) return;
  for (const [index, line] of text.split('\n').entries()) {
    const at = `${path}:${index + 1}`;
    if (UNFINISHED.test(line)) yield `${at}: unfinished work is an issue, not a comment`;
    if (MACHINE_PATH.test(line)) yield `${at}: a path of somebody's machine`;
    if (path.endsWith('.ts') && HUNGARIAN.test(line)) yield `${at}: interfaces have no I prefix`;
  }
}

function* specs(path, text) {
  if (!SPEC.test(path)) return;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (FOCUSED.test(line)) yield `${path}:${index + 1}: a focused test hides the others`;
    const above = lines.slice(Math.max(0, index - 4), index);
    const explained =
      line.includes('//') || /^\s*(\/\/|\*)/.test(above.at(-1) ?? '') || /skipped:/.test(above);
    if (SKIPPED.test(line) && !explained)
      yield `${path}:${index + 1}: a skipped test says why, in a comment or on the terminal`;
  }
}

function* shape(path, text) {
  if (!SOURCE.test(path) || GENERATED.test(path)) return;
  const lines = lineCount(text);
  if (lines > LINES_END)
    yield `${path}: ${lines} lines; a concept wants out (${LINES_END} is the end)`;
  if (FRONT_DOOR.test(path)) {
    const opening = /^(?:#!.*\n)?\/\*\*([\s\S]*?)\*\//.exec(text)?.[1] ?? '';
    if (opening.replace(/[\s*]/g, '').length < 30)
      yield `${path}: opens with a paragraph that says what the folder is`;
  }
}

export function checkFile(path, text) {
  return [...names(path), ...words(path, text), ...specs(path, text), ...shape(path, text)];
}

function* lockFile(files) {
  const lock = files.find((file) => file.path === 'package-lock.json');
  if (/"resolved": "https?:/.test(lock?.text ?? ''))
    yield 'package-lock.json: names a registry; see omit-lockfile-registry-resolved in .npmrc';
}

function* packages(files) {
  const paths = new Set(files.map((file) => file.path));
  for (const { path } of files) {
    const folder = /^((?:libs|apps)\/.+)\/package\.json$/.exec(path)?.[1];
    // Core is imported by folder (@weir/core/model) and has no front door of its own.
    if (!folder || folder === 'libs/core' || folder === 'apps/console') continue;
    if (!paths.has(`${folder}/src/index.ts`)) yield `${folder}: has no src/index.ts`;
  }
}

function* errorCodes(files) {
  const text = (path) => files.find((file) => file.path === path)?.text ?? '';
  const page = text('docs/reference/error-codes.md');
  const table = text('libs/core/src/base/codes.ts');
  for (const [, code] of table.matchAll(/^ {2}'?([a-z][a-z-]*)'?:/gm))
    if (!page.includes(`\n## \`${code}\``))
      yield `docs/reference/error-codes.md: no section for \`${code}\` (npm run reference)`;
}

const CITED_TESTS = /`((?:libs|apps|test)\/[^`]+\.ts)`((?:,? "[^"]+")+)/g;

/** A guarantee that names a test must name one that is there. */
function* citedTests(files) {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  for (const { path, text } of files) {
    if (!/^docs\/[^/]+\.md$/.test(path)) continue;
    for (const [, spec, names] of text.matchAll(CITED_TESTS))
      for (const [, name] of names.matchAll(/"([^"]+)"/g))
        if (!texts.get(spec)?.includes(name)) yield `${path}: no test "${name}" in ${spec}`;
  }
}

/** Rows of the fault matrix of docs/safety.md. */
const FAULTS = 42;

/** The matrix has every row once and in order, and every row names a test. */
function* faultMatrix(files) {
  const page = files.find(({ path }) => path === 'docs/safety.md');
  if (!page) return;
  const rows = [...page.text.matchAll(/^\| (\d+) \|.*$/gm)];
  const numbers = rows.map(([, number]) => Number(number));
  const missing = Array.from({ length: FAULTS }, (_, i) => i + 1).filter(
    (number) => numbers.filter((other) => other === number).length !== 1,
  );
  if (missing.length > 0) yield `docs/safety.md: not once in the matrix: ${missing.join(', ')}`;
  for (const [line, number] of rows)
    if (line.search(CITED_TESTS) === -1) yield `docs/safety.md: row ${number} names no test`;
}

function* median(files) {
  const lines = sourceLengths(files);
  const middle = lines[Math.floor(lines.length / 2)] ?? 0;
  if (middle >= MEDIAN_END) yield `median file is ${middle} lines; under ${MEDIAN_END} is wanted`;
}

export function sourceLengths(files) {
  return files
    .filter(({ path }) => SOURCE.test(path) && !GENERATED.test(path) && !SPEC.test(path))
    .map(({ text }) => lineCount(text))
    .sort((a, b) => a - b);
}

export function longFiles(files) {
  return files
    .filter(({ path }) => SOURCE.test(path) && !GENERATED.test(path))
    .map(({ path, text }) => ({ path, lines: lineCount(text) }))
    .filter(({ lines }) => lines > LINES_LONG)
    .sort((a, b) => b.lines - a.lines);
}

export function checkTree(files) {
  return [
    ...lockFile(files),
    ...packages(files),
    ...errorCodes(files),
    ...citedTests(files),
    ...faultMatrix(files),
    ...median(files),
  ];
}
