// Shows that each rule of the import table and each purity rule can fail: a tree of offending
// files is built in a temporary folder and every file must be refused by exactly its rule.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { globSync } from './glob.mjs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { forbiddenCode, forbiddenImports, tidy, untidy, untidyTrees } from './forbidden.mjs';
import { ROOT } from './root.mjs';
import { checkFile, checkTree } from './tidy-checks.mjs';

const bin = (name) => join(ROOT, 'node_modules', '.bin', name);

/** Copies what resolution needs: configuration, package.json files and an index per package. */
function temporaryTree() {
  const tree = mkdtempSync(join(tmpdir(), 'weir-rules-'));
  for (const file of ['package.json', 'tsconfig.base.json', '.dependency-cruiser.cjs'])
    cpSync(join(ROOT, file), join(tree, file));
  for (const file of ['tsconfig.check.json', 'eslint.config.mjs'])
    cpSync(join(ROOT, file), join(tree, file));
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  for (const manifest of globSync(/^(libs|apps)\/([^/]+|adapters\/[^/]+)\/package\.json$/)) {
    mkdirSync(join(tree, dirname(manifest), 'src'), { recursive: true });
    cpSync(join(ROOT, manifest), join(tree, manifest));
    writeFileSync(join(tree, dirname(manifest), 'src/index.ts'), 'export const marker = 1;\n');
  }
  for (const part of ['model', 'ports', 'base', 'change', 'loop'])
    write(tree, `libs/core/src/${part}/index.ts`, 'export const marker = 1;\n');
  return tree;
}

function write(tree, path, text) {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

function run(tree, command, args) {
  const done = spawnSync(process.execPath, [bin(command), ...args], {
    cwd: tree,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  try {
    return JSON.parse(done.stdout);
  } catch {
    throw new Error(`${command} gave no report: ${done.stderr || done.stdout}`);
  }
}

function proveImports(tree) {
  for (const { file, source, companion } of forbiddenImports) {
    write(tree, file, source);
    if (companion) write(tree, companion.file, companion.source);
  }
  const report = run(tree, 'depcruise', [
    ...['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'libs', 'apps'],
  ]);
  const found = report.summary.violations.map((item) => `${item.rule.name} ${item.from}`);
  const missed = forbiddenImports
    .filter(({ rule, file }) => !found.includes(`${rule} ${file}`))
    .map(({ rule, file }) => `${rule} does not refuse ${file}`);
  const unproven = createRequire(import.meta.url)('../.dependency-cruiser.cjs')
    .forbidden.map((rule) => rule.name)
    .filter((name) => !forbiddenImports.some(({ rule }) => rule === name))
    .map((name) => `${name} has no example in tools/forbidden.mjs`);
  return [...missed, ...unproven];
}

function proveCode(tree) {
  for (const { file, source } of forbiddenCode) write(tree, file, source);
  const report = run(tree, 'eslint', ['--format', 'json', ...forbiddenCode.map((c) => c.file)]);
  return forbiddenCode
    .filter(({ file, rule }) => {
      const entry = report.find((item) => item.filePath.endsWith(`/${file}`));
      return !entry?.messages.some((message) => message.ruleId === rule);
    })
    .map(({ file, rule }) => `${rule} does not refuse ${file}`);
}

function proveTidy() {
  const unheard = (complaints, complaint) => !complaints.some((text) => text.includes(complaint));
  return [
    ...untidy
      .filter(({ path, text, complaint }) => unheard(checkFile(path, text), complaint))
      .map(({ path, complaint }) => `tidy does not say "${complaint}" of ${path}`),
    ...untidyTrees
      .filter(({ files, complaint }) => unheard(checkTree(files), complaint))
      .map(({ complaint }) => `tidy never says "${complaint}"`),
    ...tidy
      .flatMap(({ path, text }) => checkFile(path, text))
      .map((complaint) => `tidy refuses what is in order: ${complaint}`),
  ];
}

const tree = temporaryTree();
try {
  const failures = [...proveImports(tree), ...proveCode(tree), ...proveTidy()];
  for (const failure of failures) console.error(failure);
  const total = forbiddenImports.length + forbiddenCode.length + untidy.length + untidyTrees.length;
  if (failures.length === 0) console.log(`${total} offences, each refused by its rule`);
  process.exitCode = failures.length === 0 ? 0 : 1;
} finally {
  rmSync(tree, { recursive: true, force: true });
}
