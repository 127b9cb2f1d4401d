/** Finds and removes namespaces of the lab on the running kernel, and what still runs in them. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namespaceOf, PREFIX } from './network.mjs';
import { MANAGER, MANAGER_ADDRESS } from './topology.mjs';

const ip = (...args) => execFileSync('ip', args, { encoding: 'utf8', stdio: 'pipe' });

/** The namespace in which the driver and the daemon run. */
export function makeManager(run) {
  const namespace = namespaceOf(run, MANAGER);
  ip('netns', 'add', namespace);
  ip('-n', namespace, 'link', 'set', 'lo', 'up');
  return namespace;
}

/** Without a cable to another kernel, the manager's address is its own. */
export const managerAddress = ['ip', 'addr', 'add', `${MANAGER_ADDRESS}/32`, 'dev', 'lo'];

/** Removes a run's namespaces and every process that is left in them. Safe to repeat. */
export function removeNamespaces(run) {
  const prefix = namespaceOf(run, '');
  for (const namespace of listNamespaces().filter((name) => name.startsWith(prefix))) {
    for (const pid of ip('netns', 'pids', namespace).split('\n').filter(Boolean)) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch (error) {
        // It ended between the listing and the signal.
        if (error.code !== 'ESRCH') throw error;
      }
    }
    ip('netns', 'del', namespace);
  }
}

/** Directory for the logs and state of a run; its name says whose it is. */
export const workDirectoryOf = (run, scenario) => join(tmpdir(), `${PREFIX}-${run}-${scenario}`);
/** Beside it, in a directory that says that it is to be kept. */
export const KEPT = `${PREFIX}-kept`;

/** What earlier runs left behind because they were killed; only runs whose process is gone. */
export function removeStaleRuns() {
  const gone = (name) => {
    const run = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1];
    return run !== undefined && !existsSync(`/proc/${run}`) ? run : null;
  };
  for (const run of new Set(listNamespaces().map(gone))) if (run !== null) removeNamespaces(run);
  for (const name of readdirSync(tmpdir()))
    if (gone(name) !== null) rmSync(join(tmpdir(), name), { recursive: true, force: true });
}

function listNamespaces() {
  return ip('netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0])
    .filter((name) => name.startsWith(`${PREFIX}-`));
}
