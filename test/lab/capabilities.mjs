/** What a scenario may need of a machine, and how to find out whether it is there. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import { UML, UML_MODULES } from './uml/boot.mjs';
import { PREFIX, rateLimit } from './network.mjs';

/** Programs, and the Debian package of each. */
const TOOLS = {
  ip: 'iproute2',
  tc: 'iproute2',
  sysctl: 'procps',
  taskset: 'util-linux',
  stdbuf: 'coreutils',
  iperf3: 'iperf3',
  httping: 'httping',
  ping: 'iputils-ping',
  gobgpd: 'gobgpd',
  gobgp: 'gobgpd',
  nft: 'nftables',
  frr: 'frr',
  [UML]: 'user-mode-linux',
  modprobe: 'kmod',
};
/** Every scenario: the fabric itself, its rate limits, and the load. */
const BASE_TOOLS = ['ip', 'tc', 'sysctl', 'stdbuf', 'iperf3', 'httping'];
const UML_TOOLS = [UML, 'modprobe', 'taskset'];
/** Of a scenario's needs, those that are programs; the others are asked of the kernel. */
const TOOL_NEEDS = ['iperf3', 'httping', 'ping', 'gobgpd', 'gobgp', 'frr'];
const ELSEWHERE = { frr: '/usr/lib/frr/bgpd' };

const KERNEL_NEEDS = {
  veth: () => undefined,
  wecmp: (probe) => {
    probe.ip('addr add 10.0.0.0/31 dev va');
    probe.ip('nexthop add id 1 via 10.0.0.1 dev va');
    probe.ip('nexthop add id 2 group 1,3');
  },
  resilient: (probe) => {
    probe.ip('addr add 10.0.0.0/31 dev va');
    probe.ip('nexthop add id 1 via 10.0.0.1 dev va');
    probe.ip('nexthop add id 2 group 1,3 type resilient buckets 32');
  },
  tbf: (probe) => probe.tc(`qdisc add dev va root ${rateLimit(10)}`),
  htb: (probe) => {
    probe.tc('qdisc add dev va root handle 1: htb default 1');
    probe.tc('class add dev va parent 1: classid 1:1 htb rate 10mbit');
  },
  red: (probe) =>
    probe.tc('qdisc add dev va root red limit 400kb min 30kb max 90kb avpkt 1000 burst 55 ecn'),
  netem: (probe) => probe.tc('qdisc add dev va root netem loss 1%'),
  /** Loss on a wire: by netem, or by nftables at the bridge that is the wire. */
  loss: (probe) => {
    const rules = [
      'add table bridge probe',
      'add chain bridge probe cable { type filter hook forward priority 0; }',
      'add rule bridge probe cable numgen random mod 100 < 1 drop',
    ];
    probe.inside(['nft', '-f', '-'], `${rules.join('\n')}\n`);
  },
  bridge: (probe) => probe.ip('link add br0 type bridge'),
  dctcp: () => {
    const file = '/proc/sys/net/ipv4/tcp_available_congestion_control';
    const known = execFileSync('cat', [file], { encoding: 'utf8' }).split(/\s+/);
    if (!known.includes('dctcp')) throw new Error(`has only ${known.filter(Boolean).join(', ')}`);
  },
};

export const NEEDS = [...TOOL_NEEDS, ...Object.keys(KERNEL_NEEDS)];

export const onPath = (tool) =>
  existsSync(ELSEWHERE[tool] ?? '') ||
  (process.env.PATH ?? '')
    .split(':')
    .some((directory) => directory !== '' && existsSync(`${directory}/${tool}`));

/** Debian packages of the tools that are not installed, for these scenarios. */
export function missingPackages(scenarios) {
  const tools = new Set([
    ...BASE_TOOLS,
    ...UML_TOOLS,
    ...scenarios.flatMap(toolsOf),
    ...scenarios.flatMap(wireTools),
  ]);
  const missing = [...tools].filter((tool) => !onPath(tool));
  return [...new Set(missing.map((tool) => TOOLS[tool]))].sort();
}

const toolsOf = ({ needs }) => needs.filter((need) => TOOL_NEEDS.includes(need));
/** Wires that lose on a kernel without netem. */
const wireTools = ({ needs }) => (needs.includes('loss') ? ['nft'] : []);

/**
 * Where a scenario can run: `{kernel: 'running' | 'uml', because}` or `{reasons}` why nowhere. `wanted` is
 * the kernel that the user asked for, or null.
 */
export function placeFor(scenario, wanted, probe) {
  const unknown = scenario.needs.filter((need) => !NEEDS.includes(need));
  if (unknown.length > 0) return { reasons: [`its needs are unknown: ${unknown.join(', ')}`] };
  const absent = [...BASE_TOOLS, ...toolsOf(scenario)].filter((tool) => !onPath(tool));
  if (absent.length > 0) return { reasons: absent.map(notInstalled) };
  const needs = new Set([
    'veth',
    'wecmp',
    ...scenario.needs.filter((need) => need in KERNEL_NEEDS),
  ]);
  needs.add(scenario.qos ? 'htb' : 'tbf');
  if (scenario.wires.length > 0) needs.add('bridge');
  const lacks = [...needs].map((need) => probe.lack(need)).filter((reason) => reason !== null);
  if (wanted === 'running' || (wanted === null && lacks.length === 0))
    return lacks.length === 0 ? { kernel: 'running', because: null } : { reasons: lacks };
  const unfit = [...UML_TOOLS.filter((tool) => !onPath(tool)).map(notInstalled), ...umlLacks()];
  if (unfit.length === 0) return { kernel: 'uml', because: lacks };
  return { reasons: [...lacks, ...unfit.map((reason) => `User-mode Linux: ${reason}`)] };
}

const notInstalled = (tool) =>
  `"${tool}" is not installed: npm run lab -- --setup, or apt-get install ${TOOLS[tool]}`;

function umlLacks() {
  const lacks = [];
  if (!existsSync(UML_MODULES)) lacks.push(`no modules in ${UML_MODULES}`);
  if (!existsSync('/dev/net/tun')) lacks.push('no /dev/net/tun for the cable to it');
  return lacks;
}

/** Tries on the running kernel, each need once, in a namespace of its own. */
export class KernelProbe {
  #known = new Map();
  #namespace = `${PREFIX}-${process.pid}-probe`;

  /** Null, or what the kernel lacks. */
  lack(need) {
    if (!this.#known.has(need)) this.#known.set(need, this.#try(need));
    return this.#known.get(need);
  }

  #try(need) {
    const tool = (name) => (command) =>
      execFileSync(name, ['-n', this.#namespace, ...command.split(' ')], { stdio: 'pipe' });
    const inside = ([...argv], input) =>
      execFileSync('ip', ['netns', 'exec', this.#namespace, ...argv], { stdio: 'pipe', input });
    const attempt = { ip: tool('ip'), tc: tool('tc'), inside };
    try {
      execFileSync('ip', ['netns', 'add', this.#namespace], { stdio: 'pipe' });
      attempt.ip('link add va type veth peer name vb');
      attempt.ip('link set va up');
      attempt.ip('link set vb up');
      KERNEL_NEEDS[need](attempt);
      return null;
    } catch (error) {
      const [reason] = String(error.stderr ?? error.message)
        .trim()
        .split('\n');
      return `the running kernel (${release()}) lacks ${need}: ${reason}`;
    } finally {
      try {
        execFileSync('ip', ['netns', 'del', this.#namespace], { stdio: 'pipe' });
      } catch {
        // It was never made, which is the reason that is reported.
      }
    }
  }
}
