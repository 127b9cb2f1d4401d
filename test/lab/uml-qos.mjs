/**
 * The agent's QoS where RED is: boots User-mode Linux on this machine's file tree, runs
 * uml-qos-inside.mjs in it, and returns what it found. Also a program: `node test/lab/uml-qos.mjs`
 * prints the result as JSON. Needs root, user-mode-linux and kmod; takes about a minute, and with
 * `--quick`, without traffic, a quarter of it. `--reason` prints why it cannot run here, or nothing.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const UML_MODULES = '/usr/lib/uml/modules';
const LIMIT_MS = 120_000;
const MODULES = 'veth sch_htb sch_red cls_u32 cls_flower tcp_dctcp';

const present = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Why it cannot run here; null when it can. */
export function umlSkipReason() {
  if (process.getuid?.() !== 0) return 'booting on the host file tree needs root';
  if (!existsSync(UML_MODULES))
    return 'no modules of User-mode Linux (apt-get install user-mode-linux)';
  for (const program of ['linux.uml', 'modprobe', 'iperf3', 'ping'])
    if (!present(program)) return `${program} is not installed`;
  return null;
}

/** `{ok, fatal, checks: [{name, ok, error?, ...figures}], errors}` of the run inside. */
export async function runUmlQos({ quick = false } = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'weir-uml-qos-'));
  try {
    return resultIn(await boot(initScript(directory, quick)));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function initScript(directory, quick) {
  const modules = join(directory, 'lib/modules');
  mkdirSync(modules, { recursive: true });
  for (const version of readdirSync(UML_MODULES))
    symlinkSync(join(UML_MODULES, version), join(modules, version));
  const inside = fileURLToPath(new URL('uml-qos-inside.mjs', import.meta.url));
  const script = join(directory, 'init');
  const lines = [
    '#!/bin/sh',
    'export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root',
    'mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t tmpfs run /run',
    `for module in ${MODULES}; do modprobe -d '${directory}' $module; done`,
    // Before there are namespaces: they take it over.
    'sysctl -qw net.ipv4.tcp_allowed_congestion_control="reno cubic dctcp"',
    'sysctl -qw net.ipv4.tcp_congestion_control=dctcp',
    'ip link set lo up',
    `'${process.execPath}' '${inside}' ${quick ? '--quick' : ''}`,
    'poweroff -f',
  ];
  writeFileSync(script, `${lines.join('\n')}\n`, { mode: 0o755 });
  return script;
}

function boot(init) {
  const kernel = spawn(
    'taskset',
    [
      // One CPU is all it has; left to wander it is a third as fast.
      ...['-c', String(availableParallelism() - 1), 'linux.uml', 'mem=768M'],
      ...['rootfstype=hostfs', 'rootflags=/', 'rw', `init=${init}`],
      ...['con=null', 'con0=fd:0,fd:1', 'quiet'],
    ],
    {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: existsSync('/dev/shm') ? '/dev/shm' : tmpdir() },
    },
  );
  // It is a group of its own and would outlive this program.
  const end = () => {
    try {
      process.kill(-kernel.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.once(signal, () => {
      end();
      process.exit(1);
    });
  let text = '';
  for (const stream of [kernel.stdout, kernel.stderr])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(end, LIMIT_MS);
    kernel.on('error', reject);
    kernel.on('close', () => {
      clearTimeout(deadline);
      resolve(text);
    });
  });
}

function resultIn(text) {
  const json = /^UML-QOS (.*)$/m.exec(text.replaceAll('\r', ''))?.[1];
  if (json === undefined)
    return { ok: false, fatal: `no result: ${text.slice(-2000)}`, checks: [] };
  return JSON.parse(json);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const reason = umlSkipReason();
  if (process.argv.includes('--reason')) {
    process.stdout.write(reason ?? '');
  } else {
    if (reason !== null) throw new Error(reason);
    const result = await runUmlQos({ quick: process.argv.includes('--quick') });
    process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
    process.exitCode = result.ok ? 0 : 1;
  }
}
