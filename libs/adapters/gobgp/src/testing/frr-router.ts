import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Gobgpd, gobgpdSkipReason, eventually } from './gobgpd';

const FRR = '/usr/lib/frr';

/** Null where a router can be run; else why the tests that need one are skipped. */
export function routerSkipReason(): string | null {
  if (process.getuid?.() !== 0) return 'needs root for network namespaces';
  const name = `weir-probe-${process.pid}`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'needs `ip netns`';
  spawnSync('ip', ['netns', 'delete', name]);
  for (const daemon of ['zebra', 'bgpd'])
    if (!existsSync(join(FRR, daemon))) return 'FRR is not installed (Debian: frr)';
  return gobgpdSkipReason();
}

const SPEAKER = '10.255.0.1';
const ROUTER = '10.255.0.2';

const SPEAKER_CONFIG = `
[global.config]
as = 65000
router-id = "${SPEAKER}"
local-address-list = ["${SPEAKER}"]
[[neighbors]]
[neighbors.config]
neighbor-address = "${ROUTER}"
peer-as = 65000
[neighbors.transport.config]
local-address = "${SPEAKER}"
[neighbors.timers.config]
connect-retry = 1
idle-hold-time-after-reset = 1
${['ipv4', 'ipv6']
  .map(
    (family) => `
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "${family}-unicast"
[neighbors.afi-safis.add-paths.config]
send-max = 8`,
  )
  .join('')}
`;

const family = (name: string): string => `
 address-family ${name} unicast
  neighbor ${SPEAKER} activate
  maximum-paths ibgp 8
 exit-address-family`;

const BGPD_CONFIG = `
router bgp 65000
 bgp router-id ${ROUTER}
 no bgp default ipv4-unicast
 neighbor ${SPEAKER} remote-as 65000
 neighbor ${SPEAKER} update-source ${ROUTER}
 neighbor ${SPEAKER} timers 3 9
 neighbor ${SPEAKER} timers connect 1${family('ipv4')}${family('ipv6')}
`;

/** A kernel route as `ip -j route` prints it. */
export interface KernelRoute {
  readonly dst: string;
  readonly protocol: string;
  readonly gateway?: string;
  readonly nexthops?: readonly { readonly gateway: string; readonly weight: number }[];
}

/**
 * A router, FRR's bgpd and zebra in a network namespace with two uplinks, and the speaker beside it.
 * The speaker's API is a socket of the file system, so that the test reaches it from outside.
 */
export class FrrRouter {
  readonly netns: string;
  private readonly dir = mkdtempSync(join(tmpdir(), 'weir-frr-'));
  private readonly daemons: ChildProcess[] = [];
  private running: Gobgpd | null = null;

  constructor(name: string) {
    this.netns = `weir-bgp-${process.pid}-${name}`;
  }

  get speaker(): Gobgpd {
    if (this.running === null) throw new Error('the speaker was not started');
    return this.running;
  }

  async start(): Promise<void> {
    execFileSync('ip', ['netns', 'add', this.netns]);
    this.ip('link', 'set', 'lo', 'up');
    for (const address of [SPEAKER, ROUTER]) this.ip('addr', 'add', `${address}/32`, 'dev', 'lo');
    for (const port of [1, 2]) {
      this.ip('link', 'add', `up${port}`, 'type', 'veth', 'peer', 'name', `far${port}`);
      this.ip('addr', 'add', `10.1.${port}.2/24`, 'dev', `up${port}`);
      this.ip('addr', 'add', `2001:db8:${port}::2/64`, 'dev', `up${port}`, 'nodad');
      for (const end of [`up${port}`, `far${port}`]) this.ip('link', 'set', end, 'up');
    }
    // FRR gives up its rights and must be able to write where its sockets are.
    execFileSync('chown', ['frr:frr', this.dir]);
    await this.startDaemon('zebra', '', 'zserv.api');
    await this.startDaemon('bgpd', BGPD_CONFIG, 'bgpd.vty', '-l', ROUTER);
    this.running = await Gobgpd.start({
      config: SPEAKER_CONFIG,
      netns: this.netns,
      address: `unix://${join(this.dir, 'speaker.sock')}`,
    });
  }

  /** Routes that the kernel forwards by for a prefix. */
  kernelRoutes(prefix: string): readonly KernelRoute[] {
    const version = prefix.includes(':') ? '-6' : '-4';
    const text = this.ip(version, '-j', 'route', 'show', prefix);
    return text.trim() === '' ? [] : (JSON.parse(text) as KernelRoute[]);
  }

  /** `10.1.1.1 75, 10.1.2.1 25`, or the gateway alone; empty without a route. */
  forwarding(prefix: string): string {
    return this.kernelRoutes(prefix)
      .map(({ gateway, nexthops }) =>
        nexthops === undefined
          ? (gateway ?? '')
          : nexthops
              .map((hop) => `${hop.gateway} ${hop.weight}`)
              .sort()
              .join(', '),
      )
      .join(' | ');
  }

  async forwards(prefix: string, expected: string): Promise<void> {
    await eventually(
      `${prefix} forwarded as "${expected}"`,
      () => this.forwarding(prefix) === expected,
    );
  }

  /** How often the session with the speaker was lost since bgpd started. */
  sessionDrops(): number {
    const text = this.vty('show bgp neighbors json');
    const { [SPEAKER]: neighbour } = JSON.parse(text) as Record<
      string,
      { connectionsDropped?: number }
    >;
    return neighbour?.connectionsDropped ?? 0;
  }

  vty(command: string): string {
    return execFileSync('vtysh', ['--vty_socket', this.dir, '-d', 'bgpd', '-c', command], {
      encoding: 'utf8',
    });
  }

  async dispose(): Promise<void> {
    await this.running?.dispose();
    for (const daemon of this.daemons) daemon.kill('SIGKILL');
    spawnSync('ip', ['netns', 'delete', this.netns]);
    rmSync(this.dir, { recursive: true, force: true });
  }

  ip(...args: string[]): string {
    return execFileSync('ip', ['-n', this.netns, ...args], { encoding: 'utf8' });
  }

  private async startDaemon(
    name: string,
    config: string,
    made: string,
    ...args: string[]
  ): Promise<void> {
    const file = join(this.dir, `${name}.conf`);
    writeFileSync(file, config);
    execFileSync('chown', ['frr:frr', file]);
    const own = [join(FRR, name), '-u', 'frr', '-g', 'frr', '-f', file, '-P', '0'];
    const sockets = ['-z', join(this.dir, 'zserv.api'), '--vty_socket', this.dir];
    const pid = ['-i', join(this.dir, `${name}.pid`)];
    const child = spawn('ip', ['netns', 'exec', this.netns, ...own, ...sockets, ...pid, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (log += String(text)));
    this.daemons.push(child);
    await eventually(
      `${name} in ${this.netns}: ${log}`,
      () => existsSync(join(this.dir, made)) || child.exitCode !== null,
    );
    if (child.exitCode !== null) throw new Error(`${name} ended: ${log}`);
  }
}
