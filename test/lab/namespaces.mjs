/** Network namespaces, links and rate limits of the lab; made, found again, and always removed. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  fabricLinks,
  hosts,
  LINK_MBPS,
  managed,
  managementOf,
  QUEUE_MS,
  SECRET_MBPS,
  spines,
  switches,
} from './topology.mjs';

const PREFIX = 'weir-lab';

/** Namespace of a node in the run of this process id: two runs do not meet. */
export const namespaceOf = (run, node) => `${PREFIX}-${run}-${node}`;
export const MANAGER = 'manager';
const nodes = [MANAGER, ...managed];

export const ip = (...args) => execFileSync('ip', args, { encoding: 'utf8', stdio: 'pipe' });
const inside = (namespace, ...command) =>
  execFileSync('ip', ['netns', 'exec', namespace, ...command], { encoding: 'utf8', stdio: 'pipe' });

/** Why the lab cannot run here, one sentence each; empty when it can. */
export function missingRequirements() {
  if (process.platform !== 'linux') return ['the lab needs Linux (network namespaces)'];
  const missing = [];
  if (process.getuid() !== 0) missing.push('the lab must run as root (network namespaces, tc)');
  for (const [tool, debian] of [
    ['ip', 'iproute2'],
    ['tc', 'iproute2'],
    ['sysctl', 'procps'],
  ])
    if (!onPath(tool)) missing.push(`"${tool}" is not installed (Debian package ${debian})`);
  return missing.length > 0 ? missing : missingKernelFeatures();
}

export const onPath = (tool) =>
  (process.env.PATH ?? '')
    .split(':')
    .some((directory) => directory !== '' && existsSync(`${directory}/${tool}`));

/** Tries in a namespace of its own what the lab is going to do, and says what the kernel lacks. */
function missingKernelFeatures() {
  const probe = namespaceOf(process.pid, 'probe');
  const missing = [];
  const attempt = (what, action) => {
    try {
      action();
    } catch (error) {
      const reason = String(error.stderr ?? error.message)
        .trim()
        .split('\n')[0];
      missing.push(`${what} does not work here: ${reason}`);
    }
  };
  attempt('"ip netns add"', () => ip('netns', 'add', probe));
  if (missing.length > 0) return missing;
  try {
    attempt('a veth pair', () => {
      ip('-n', probe, 'link', 'add', 'va', 'type', 'veth', 'peer', 'name', 'vb');
      ip('-n', probe, 'link', 'set', 'va', 'up');
      ip('-n', probe, 'link', 'set', 'vb', 'up');
      ip('-n', probe, 'addr', 'add', '10.0.0.0/31', 'dev', 'va');
    });
    attempt('a weighted nexthop group', () => {
      ip('-n', probe, 'nexthop', 'add', 'id', '1', 'via', '10.0.0.1', 'dev', 'va');
      ip('-n', probe, 'nexthop', 'add', 'id', '2', 'group', '1,3');
    });
    attempt('the TBF rate limiter', () =>
      inside(probe, 'tc', 'qdisc', 'add', 'dev', 'va', 'root', ...rateLimit(10)),
    );
  } finally {
    ip('netns', 'del', probe);
  }
  return missing;
}

/**
 * TBF catches up after a delay of its timer, so that a second can hold more than its rate; a port
 * cannot. A little below the line rate, no second is measured above it.
 */
export const SHAPED_RATIO = 0.96;
export const BURST_BYTES = 16 * 1024;

const rateLimit = (mbps) => [
  ...['tbf', 'rate', `${Math.round(mbps * SHAPED_RATIO * 1000)}kbit`],
  ...['burst', `${BURST_BYTES / 1024}kb`, 'latency', `${QUEUE_MS}ms`],
];

export function buildNetwork(run) {
  for (const node of nodes) {
    ip('netns', 'add', namespaceOf(run, node));
    ip('-n', namespaceOf(run, node), 'link', 'set', 'lo', 'up');
  }
  for (const node of switches) {
    const settings = ['net.ipv4.ip_forward=1', 'net.ipv4.fib_multipath_hash_policy=1'];
    inside(namespaceOf(run, node), 'sysctl', '-q', '-w', ...settings);
  }
  for (const link of fabricLinks) {
    connect(
      run,
      [link.leaf, link.leafPort, link.leafAddress],
      [link.spine, link.spinePort, link.spineAddress],
      31,
    );
    limit(run, link.leaf, link.leafPort, LINK_MBPS);
    const secret = link.spine === spines[1] && link.leaf === 'leaf2';
    limit(run, link.spine, link.spinePort, secret ? SECRET_MBPS : LINK_MBPS);
  }
  for (const host of hosts) {
    connect(run, [host.leaf, host.port, host.gateway], [host.name, 'eth0', host.address], 24);
    limit(run, host.leaf, host.port, 2 * LINK_MBPS);
    ip('-n', namespaceOf(run, host.name), 'route', 'add', 'default', 'via', host.gateway);
    // TCP's 64 KB super-packets would count as one packet when sent and as forty when dropped.
    for (const [node, port] of [
      [host.name, 'eth0'],
      [host.leaf, host.port],
    ])
      ip('-n', namespaceOf(run, node), 'link', 'set', port, 'gso_max_segs', '1');
  }
  for (const node of managed) {
    const { manager, node: address, port } = managementOf(node);
    connect(run, [MANAGER, port, manager], [node, 'mgmt', address], 24);
  }
}

/** A veth pair with an address on each end; both ends are made inside of their namespaces. */
function connect(run, [nodeA, portA, addressA], [nodeB, portB, addressB], length) {
  const [a, b] = [namespaceOf(run, nodeA), namespaceOf(run, nodeB)];
  ip('link', 'add', portA, 'netns', a, 'type', 'veth', 'peer', 'name', portB, 'netns', b);
  for (const [namespace, port, address] of [
    [a, portA, addressA],
    [b, portB, addressB],
  ]) {
    ip('-n', namespace, 'addr', 'add', `${address}/${length}`, 'dev', port);
    ip('-n', namespace, 'link', 'set', port, 'up');
  }
}

function limit(run, node, port, mbps) {
  inside(namespaceOf(run, node), 'tc', 'qdisc', 'replace', 'dev', port, 'root', ...rateLimit(mbps));
}

/** Removes a run's namespaces and every process that is left in them. Safe to repeat. */
export function removeNetwork(run) {
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

/** What earlier runs left behind because they were killed; only runs whose process is gone. */
export function removeStaleNetworks() {
  const runs = listNamespaces().map((name) => new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1]);
  for (const run of new Set(runs))
    if (run !== undefined && !existsSync(`/proc/${run}`)) removeNetwork(run);
}

function listNamespaces() {
  return ip('netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0])
    .filter((name) => name.startsWith(`${PREFIX}-`));
}
