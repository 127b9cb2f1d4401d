/**
 * `npm run lab`: a real leaf-spine fabric of network namespaces, on the running kernel or inside of
 * User-mode Linux. This process owns what a run makes and removes it whatever happens; a scenario
 * runs in a child inside of the manager's namespace (driver.mjs).
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KernelProbe, placeFor } from './capabilities.mjs';
import {
  KEPT,
  makeManager,
  removeNamespaces,
  removeStaleRuns,
  workDirectoryOf,
} from './namespaces.mjs';
import { readOptions } from './options.mjs';
import { table } from './report.mjs';
import { allScenarios } from './scenarios.mjs';
import { setUp } from './setup.mjs';

// A root shell without login on Debian lacks the directories in which ip, tc and sysctl are.
process.env.PATH += ':/usr/sbin:/sbin';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const APPS = ['switch-agent', 'controller'];
/** What one CPU of User-mode Linux forwards with time to spare. */
const UML_LINK_MBPS = '10';
/** Longer than the driver needs to end everything by itself. */
const GRACE_MS = 8000;

const progress = (message) => process.stderr.write(`lab: ${message}\n`);
const run = process.pid;
let child = null;
let interrupted = false;

/** Why no scenario at all can run here. */
function obstacles() {
  if (process.platform !== 'linux') return ['the lab needs Linux (network namespaces)'];
  const found = [];
  if (process.getuid() !== 0) found.push('the lab must run as root (network namespaces, tc)');
  const built = APPS.every((app) => existsSync(here(`../../apps/${app}/dist/main.js`)));
  if (!built) found.push('not built yet: run npm run build');
  return found;
}

/** One scenario from nothing to nothing. */
async function show(scenario, kernel, values) {
  const workDir = workDirectoryOf(run, scenario.name);
  mkdirSync(workDir, { recursive: true });
  const namespace = makeManager(run);
  try {
    return await drive(scenario, kernel, values, namespace, workDir);
  } finally {
    removeNamespaces(run);
    if (values['keep-logs']) keep(workDir);
    else rmSync(workDir, { recursive: true, force: true });
  }
}

async function drive(scenario, kernel, { rounds, small }, namespace, workDir) {
  const options = JSON.stringify({ kernel, rounds, small });
  const argv = ['netns', 'exec', namespace, process.execPath, here('driver.mjs')];
  child = spawn('ip', [...argv, String(run), workDir, scenario.name, options], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...(kernel === 'uml' ? { WEIR_LAB_LINK_MBPS: UML_LINK_MBPS } : {}) },
  });
  const limitMs = scenario.limitMs * rounds;
  const limit = setTimeout(() => stop(`not done in ${limitMs / 1000} s`), limitMs);
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(limit);
  child = null;
  if (text.trim() !== '') return JSON.parse(text);
  const failure = interrupted ? 'interrupted' : `ended without a result (code ${code})`;
  return { name: scenario.name, ok: false, failure };
}

/** The driver ends what it started when its standard input closes. */
function stop(reason) {
  progress(`${reason}; cleaning up`);
  child?.stdin.end();
  const last = child;
  setTimeout(() => last?.kill('SIGKILL'), GRACE_MS).unref();
}

function keep(workDir) {
  const kept = join(tmpdir(), KEPT);
  mkdirSync(kept, { recursive: true });
  const target = join(kept, workDir.split('/').at(-1));
  renameSync(workDir, target);
  progress(`logs are in ${target}`);
}

/** Where each scenario runs; what cannot run is told at once, with the reasons. */
function placesOf(scenarios, wanted) {
  const probe = new KernelProbe();
  const cannot = [];
  const able = [];
  for (const scenario of scenarios) {
    const { kernel, because, reasons } = placeFor(scenario, wanted, probe);
    if (reasons === undefined) able.push({ scenario, kernel });
    else cannot.push({ name: scenario.name, reasons });
    if (because) progress(`${scenario.name} runs in User-mode Linux: ${because.join('; ')}`);
  }
  for (const { name, reasons } of cannot)
    for (const reason of reasons) progress(`${name} cannot run here: ${reason}`);
  return { able, cannot };
}

async function main() {
  const scenarios = await allScenarios();
  const values = readOptions(scenarios);
  if (values.help !== undefined) {
    process.stdout.write(values.help);
    return 0;
  }
  const reasons = obstacles();
  for (const reason of reasons) progress(reason);
  if (reasons.length > 0) return 2;
  if (values.setup) setUp(values.chosen, progress);
  removeStaleRuns();
  const { able, cannot } = placesOf(values.chosen, values.kernel);
  const results = [];
  for (const { scenario, kernel } of able) {
    if (interrupted) break;
    const result = await show(scenario, kernel, values);
    results.push(result);
    progress(`${scenario.name}: ${result.ok ? 'shown' : `NOT SHOWN: ${result.failure ?? ''}`}`);
  }
  const ok = results.length > 0 && results.every((result) => result.ok) && !interrupted;
  if (values.json)
    process.stdout.write(`${JSON.stringify({ ok: ok && cannot.length === 0, results, cannot })}\n`);
  else if (results.length > 0) process.stdout.write(`${table(results)}\n`);
  if (results.some((result) => !result.ok) || interrupted) return 1;
  return cannot.length > 0 ? 2 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    interrupted = true;
    stop(signal);
  });

main().then(
  (code) => process.exit(code),
  (error) => {
    progress(error.stack ?? error);
    process.exit(1);
  },
);
