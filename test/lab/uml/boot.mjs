/**
 * Boots User-mode Linux on this machine's own file tree and connects to the exec server in it. A
 * tap device in the namespace of the caller is the cable between the two kernels.
 */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectTo, LocalMachine, RemoteMachine, run } from '../machine.mjs';
import { until } from '../processes.mjs';
import { CABLE, MANAGEMENT_PREFIX } from '../topology.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
export const UML = 'linux.uml';
export const UML_MODULES = '/usr/lib/uml/modules';
const EXEC_PORT = 7001;
const TAP = 'weir0';
const MEMORY = '1536M';
const BOOT_MS = 30_000;
/** What the lab and its agents load; a module that is built in or missing only says so. */
const MODULES = [
  ...['veth', 'bridge', 'sch_htb', 'sch_tbf', 'sch_red', 'sch_prio', 'sch_drr', 'sch_netem'],
  ...['sch_fq_codel', 'sch_ingress', 'cls_u32', 'cls_fw', 'cls_flower', 'cls_matchall'],
  ...['act_mirred', 'act_gact', 'ifb', 'tcp_dctcp'],
];

/** A `RemoteMachine`; its end of the kernel log is `uml.out` in `workDir`. */
export async function bootUml({ workDir, congestion }) {
  const local = new LocalMachine();
  await run(local, ['ip', '-batch', '-'], {
    input: [
      `tuntap add ${TAP} mode tap`,
      `addr add ${CABLE.outside}/${CABLE.length} dev ${TAP}`,
      `link set ${TAP} up`,
      `route add ${MANAGEMENT_PREFIX} via ${CABLE.inside}`,
    ].join('\n'),
  });
  const kernel = start(workDir, congestion);
  try {
    const socket = await until(
      'User-mode Linux to boot',
      () => {
        if (kernel.ended()) throw new Error(`it ended: see ${join(workDir, 'uml.out')}`);
        return connectTo(CABLE.inside, EXEC_PORT);
      },
      { timeoutMs: BOOT_MS },
    );
    return new RemoteMachine(socket, kernel.end);
  } catch (error) {
    await kernel.end();
    throw error;
  }
}

function start(workDir, congestion) {
  const parameters = {
    WEIR_NODE: process.execPath,
    WEIR_EXEC_SERVER: here('exec-server.mjs'),
    WEIR_ADDRESS: `${CABLE.inside}/${CABLE.length}`,
    WEIR_PORT: EXEC_PORT,
    WEIR_MODULE_DIR: moduleDirectory(workDir),
    WEIR_MODULES: MODULES.join(','),
    WEIR_CONGESTION: congestion,
  };
  // One CPU is all it has; left to wander it is a third as fast.
  const pinned = ['-c', String(availableParallelism() - 1), UML];
  const kernel = spawn(
    'taskset',
    [
      ...pinned,
      `mem=${MEMORY}`,
      ...['rootfstype=hostfs', 'rootflags=/', 'rw', `init=${here('init.sh')}`],
      ...['con=null', 'con0=null,fd:1', 'quiet', `uml_dir=${workDir}`, 'umid=uml'],
      `vec0:transport=tap,ifname=${TAP},depth=64,gro=0`,
      ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`),
    ],
    {
      cwd: '/',
      // A group of its own: it has helpers, and they go together.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: existsSync('/dev/shm') ? '/dev/shm' : tmpdir() },
    },
  );
  const log = createWriteStream(join(workDir, 'uml.out'));
  kernel.stdout.pipe(log, { end: false });
  kernel.stderr.pipe(log, { end: false });
  const exited = new Promise((resolve) => kernel.once('close', resolve));
  return { ended: () => kernel.exitCode !== null, end: () => end(kernel, exited) };
}

/** It powers off when its client goes; what does not is killed. */
async function end(kernel, exited) {
  const patience = new Promise((resolve) => setTimeout(resolve, 2000));
  await Promise.race([exited, patience]);
  try {
    process.kill(-kernel.pid, 'SIGKILL');
  } catch (error) {
    // The whole group is gone already.
    if (error.code !== 'ESRCH') throw error;
  }
  await exited;
}

/** `modprobe -d` wants lib/modules/<version> below its directory; Debian has it elsewhere. */
function moduleDirectory(workDir) {
  const versions = readdirSync(UML_MODULES);
  const directory = join(workDir, 'uml-modules');
  mkdirSync(join(directory, 'lib/modules'), { recursive: true });
  for (const version of versions)
    symlinkSync(join(UML_MODULES, version), join(directory, 'lib/modules', version));
  return directory;
}
