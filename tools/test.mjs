// `npm test`: the gates one after the other, then every spec, then one line with the counts. A
// gate counts as one test, so that the last line tells the whole truth.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ROOT } from './root.mjs';

const bin = (name, ...args) => [join('node_modules', '.bin', name), ...args];

/** In this order; `needs` names a file without which the gate cannot be there yet. */
const GATES = [
  { name: 'typecheck', command: bin('tsc', '--pretty', 'false', '-p', 'tsconfig.check.json') },
  { name: 'lint', command: bin('eslint', '.', '--max-warnings', '0') },
  {
    name: 'imports',
    command: bin('depcruise', '--config', '.dependency-cruiser.cjs', 'libs', 'apps'),
  },
  { name: 'rules can fail', command: ['tools/prove-rules.mjs'] },
  { name: 'tidy', command: ['tools/tidy.mjs'] },
  { name: 'reference pages', command: ['tools/reference.mjs', '--check'] },
  { name: 'proto', command: ['tools/proto.mjs', '--check'], needs: 'tools/proto.mjs' },
];

// The journeys at the end mostly wait, so that two workers pay even on one core.
const WORKERS = ['--maxWorkers', String(Math.max(2, availableParallelism()))];

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const counts = { passed: 0, failed: 0, skipped: 0, again: 0 };

function gate({ name, command, needs }) {
  if (needs && !existsSync(join(ROOT, needs))) {
    counts.skipped += 1;
    console.log(`SKIP ${name}: ${needs} is not there`);
    return;
  }
  const since = performance.now();
  const done = spawnSync(process.execPath, command, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    env: { ...process.env, FORCE_COLOR: '0' },
  });
  const passed = done.status === 0;
  counts[passed ? 'passed' : 'failed'] += 1;
  console.log(`${passed ? 'PASS' : 'FAIL'} ${name} (${seconds(since)})`);
  if (!passed) console.log(indent(`${done.stdout}${done.stderr}`));
}

const indent = (text) => text.trim().replace(/^/gm, '    ');

/** What a run of jest came to; its own output is on stderr. Null when it broke down. */
function jest(...args) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-test-'));
  const file = join(folder, 'counts.json');
  const reporters = ['--reporters', 'default', '--reporters', './tools/jest-counts.cjs'];
  const done = spawnSync(process.execPath, [...bin('jest', ...reporters), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, WEIR_JEST_COUNTS: file },
  });
  const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
  rmSync(folder, { recursive: true, force: true });
  // Jest can fail without a failed test, for instance on a leak that ends its worker.
  const broke = report === null || (done.status !== 0 && report.failed === 0);
  return { report, broke: broke ? `jest ended with ${done.status ?? done.signal}` : null };
}

/** Where specs run real programs, kernels and clocks beside each other; all else is deterministic. */
const WITH_THE_WORLD = /^(apps|test|libs\/adapters)\//;
/** More failed files than these are no accident of a busy machine. */
const MOST_AGAIN = 3;

/** Runs the specs and adds their counts; `rest` narrows them. */
function specs(rest) {
  const since = performance.now();
  const { report, broke } = jest(...WORKERS, ...rest);
  const failures = report?.failures ?? [];
  const second = failures.length <= MOST_AGAIN ? failures.filter(isOfTheWorld) : [];
  for (const outcome of OUTCOMES) counts[outcome] += report?.[outcome] ?? 0;
  for (const failure of failures)
    if (!second.includes(failure)) console.log(`FAIL ${failureText(failure)}`);
  for (const failure of second) again(failure);
  if (broke !== null) {
    counts.failed += 1;
    console.log(`FAIL specs: ${broke}`);
  }
  console.log(`specs: ${report?.files ?? 0} files (${seconds(since)})`);
}

const OUTCOMES = ['passed', 'failed', 'skipped'];
const isOfTheWorld = ({ path }) => WITH_THE_WORLD.test(relative(ROOT, path));
const failureText = ({ path, message }) => `${relative(ROOT, path)}\n${indent(message)}`;

/**
 * A file that failed beside others gets one second try, alone. What passes then was the machine's
 * doing or a race of the test: it is counted, and told with what went wrong the first time.
 */
function again(failure) {
  const { report, broke } = jest('--runInBand', '--runTestsByPath', failure.path);
  const passed = broke === null && report.failed === 0;
  console.log(`${passed ? 'PASS at the second try' : 'FAIL twice'} ${failureText(failure)}`);
  if (!passed) {
    for (const other of report?.failures ?? []) console.log(indent(`again: ${other.message}`));
    return;
  }
  for (const outcome of OUTCOMES) counts[outcome] += report[outcome] - failure[outcome];
  counts.again += 1;
}

const rest = process.argv.slice(2);
for (const item of GATES) gate(item);
specs(rest);

const { passed, failed, skipped, again: retried } = counts;
console.log(
  [`${passed} passed`, `${failed} failed`]
    .concat(skipped > 0 ? [`${skipped} skipped`] : [])
    .concat(retried > 0 ? [`${retried} files at the second try`] : [])
    .join(', '),
);
process.exitCode = failed === 0 ? 0 : 1;
