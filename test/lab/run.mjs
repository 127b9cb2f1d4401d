/**
 * `npm run lab -- [--only reroute|orphan|weights|compare] [--json] [--keep-logs]`: a real fabric of network
 * namespaces on this machine. This process owns the namespaces and removes them whatever happens;
 * the scenario runs in a child inside of the management namespace (driver.mjs).
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  buildNetwork,
  MANAGER,
  missingRequirements,
  namespaceOf,
  onPath,
  removeNetwork,
  removeStaleNetworks,
} from './namespaces.mjs';

// A root shell without login on Debian lacks the directories in which ip, tc and sysctl are.
process.env.PATH += ':/usr/sbin:/sbin';

const LOADS = ['iperf3', 'node'];
const SCENARIOS = ['reroute', 'orphan', 'weights', 'compare'];
const LIMIT_MS = 115_000;
const HELP = `Usage: npm run lab -- [options]     (as root)

Two leaves, two spines and four hosts as network namespaces, rate-limited links, real TCP.

  --only <name>   ${SCENARIOS.join(' | ')} (default: reroute)
                  reroute: the daemon finds the hot path, moves the weights, proves that it
                           helped, and undoes a harmful change of an operator
                  orphan:  the daemon is killed with a change half way; the switch undoes it
                           by itself, and a new daemon finds that out
                  weights: no daemon; weights moved by gNMI alone, p95 before and after
                  compare: no daemon; the same load in the kernel and in the simulator, and how
                           far the simulator is off
  --load <tool>   ${LOADS.join(' | ')}: what sends the bulk; default iperf3 if it is installed
  --json          print one JSON object on stdout
  --keep-logs     keep the directory with the logs of all processes
  --help          this text

Exit codes: 0 shown, 1 not shown, 2 cannot run here.
`;

const progress = (message) => process.stderr.write(`lab: ${message}\n`);

function options() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', default: 'reroute' },
        load: { type: 'string', default: onPath('iperf3') ? 'iperf3' : 'node' },
        json: { type: 'boolean', default: false },
        'keep-logs': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (!SCENARIOS.includes(values.only))
      throw new Error(`--only: "${values.only}" is not one of ${SCENARIOS.join(', ')}`);
    if (!LOADS.includes(values.load))
      throw new Error(`--load: "${values.load}" is not one of ${LOADS.join(', ')}`);
    return values;
  } catch (error) {
    process.stderr.write(`lab: ${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}

function runDriver(run, workDir, { only, load }, onChild) {
  const driver = fileURLToPath(new URL('driver.mjs', import.meta.url));
  const argv = ['netns', 'exec', namespaceOf(run, MANAGER), process.execPath, driver];
  const child = spawn('ip', [...argv, String(run), workDir, only, load], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onChild(child);
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })));
}

function report(result, json) {
  if (json) {
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return;
  }
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}

async function main() {
  const values = options();
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const missing = missingRequirements();
  const built = ['switch-agent', 'controller'].every((app) =>
    existsSync(fileURLToPath(new URL(`../../apps/${app}/dist/main.js`, import.meta.url))),
  );
  if (missing.length === 0 && !built) missing.push('not built yet: run npm run build');
  if (missing.length > 0) {
    for (const reason of missing) process.stderr.write(`lab: ${reason}\n`);
    return 2;
  }
  const run = process.pid;
  const workDir = mkdtempSync(join(tmpdir(), 'weir-lab-'));
  let child = null;
  const clean = () => {
    child?.kill('SIGKILL');
    removeNetwork(run);
    if (values['keep-logs']) progress(`logs are in ${workDir}`);
    else rmSync(workDir, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => {
      progress(`${signal}: cleaning up`);
      clean();
      process.exit(1);
    });
  const limit = setTimeout(() => {
    progress(`not done in ${LIMIT_MS / 1000} s; giving up`);
    child?.kill('SIGKILL');
  }, LIMIT_MS);
  try {
    removeStaleNetworks();
    buildNetwork(run);
    progress('2 leaves, 2 spines and 4 hosts are up');
    const { code, text } = await runDriver(run, workDir, values, (started) => {
      child = started;
    });
    if (text.trim() === '') throw new Error(`the scenario ended without a result (code ${code})`);
    const result = JSON.parse(text);
    report(result, values.json);
    return result.ok ? 0 : 1;
  } finally {
    clearTimeout(limit);
    clean();
  }
}

main().then(
  (code) => process.exit(code),
  (error) => {
    process.stderr.write(`lab: ${error.stack ?? error}\n`);
    process.exit(1);
  },
);
