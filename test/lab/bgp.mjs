/**
 * A leaf whose routes come by BGP: FRR (zebra and bgpd) in its namespace, and beside the daemon the
 * GoBGP speaker through which Weir announces to it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './processes.mjs';
import { fabricLinks, MANAGER, MANAGER_ADDRESS, managementOf } from './topology.mjs';

const FRR = '/usr/lib/frr';
const AS_NUMBER = 65000;
const API = '127.0.0.1:50051';

/** The fields of the router in the topology file. */
export const bgpDevice = (device) => ({
  profile: 'gobgp',
  bgp: {
    address: API,
    asn: AS_NUMBER,
    nextHops: Object.fromEntries(
      fabricLinks
        .filter((link) => link.leaf === device)
        .map((link) => [link.leafPort, link.spineAddress]),
    ),
  },
});

const bgpdConfig = (device) => `
router bgp ${AS_NUMBER}
 bgp router-id ${managementOf(device).node}
 no bgp default ipv4-unicast
 neighbor ${MANAGER_ADDRESS} remote-as ${AS_NUMBER}
 neighbor ${MANAGER_ADDRESS} timers 3 9
 neighbor ${MANAGER_ADDRESS} timers connect 1
 address-family ipv4 unicast
  neighbor ${MANAGER_ADDRESS} activate
  maximum-paths ibgp 8
 exit-address-family
`;

const speakerConfig = (device) => `
[global.config]
as = ${AS_NUMBER}
router-id = "${MANAGER_ADDRESS}"
local-address-list = ["${MANAGER_ADDRESS}"]
[[neighbors]]
[neighbors.config]
neighbor-address = "${managementOf(device).node}"
peer-as = ${AS_NUMBER}
[neighbors.transport.config]
local-address = "${MANAGER_ADDRESS}"
[neighbors.timers.config]
connect-retry = 1
idle-hold-time-after-reset = 1
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv4-unicast"
[neighbors.afi-safis.add-paths.config]
send-max = 8
`;

/** FRR in the namespace of a switch. */
export async function startRouter(lab, device) {
  // FRR gives up its rights, and must still be able to write where its sockets are.
  const dir = mkdtempSync(join(tmpdir(), 'weir-lab-frr-'));
  lab.atEnd(() => rmSync(dir, { recursive: true, force: true }));
  execFileSync('chown', ['frr:frr', dir]);
  const start = async (daemon, config, socket) => {
    const file = join(dir, `${daemon}.conf`);
    writeFileSync(file, config);
    lab.start(`${device}-${daemon}`, device, [
      ...[join(FRR, daemon), '-u', 'frr', '-g', 'frr', '-f', file, '-P', '0'],
      ...['-i', join(dir, `${daemon}.pid`), '-z', join(dir, 'zserv.api'), '--vty_socket', dir],
    ]);
    const made = () => lab.exec(device, ['test', '-S', join(dir, socket)]).then(() => true);
    await until(`${daemon} on ${device}`, made, { timeoutMs: 20_000 });
  };
  await start('zebra', `hostname ${device}\n`, 'zserv.api');
  await start('bgpd', bgpdConfig(device), 'bgpd.vty');
}

/** gobgpd beside the daemon, with a session to the router; it can be killed and started again. */
export class Speaker {
  #lab;
  #config;
  #running = null;
  #starts = 0;

  constructor(lab, device) {
    this.#lab = lab;
    this.#config = join(lab.workDir, 'gobgpd.toml');
    writeFileSync(this.#config, speakerConfig(device));
  }

  /** Resolves when the session with the router is established. */
  async start() {
    this.#starts += 1;
    this.#running = this.#lab.start(`gobgpd-${this.#starts}`, MANAGER, [
      ...['gobgpd', '-f', this.#config, '--api-hosts', API, '--pprof-disable'],
    ]);
    await until('the BGP session', () => this.#established(), { timeoutMs: 60_000, everyMs: 250 });
  }

  kill() {
    return this.#running.stop('SIGKILL');
  }

  async #established() {
    const port = API.split(':')[1];
    const text = await this.#lab.exec(MANAGER, ['gobgp', '-p', port, 'neighbor']);
    return text.includes('Establ') || null;
  }
}

/**
 * Notes when the kernel of a switch changes a route: `since(atMs, prefix)` gives the wall ms of the
 * first event of the prefix after that, or null.
 */
export function watchRoutes(lab, device) {
  const events = [];
  lab.start(`${device}-routes`, device, ['ip', '-ts', 'monitor', 'route'], {
    onLine: (line) => {
      // [2026-11-23T04:05:06.123456] 10.2.2.0/24 nhid 18 proto bgp metric 20
      const found = /^\[(\S+)\] (?:Deleted )?(\S+)/.exec(line);
      if (found !== null) events.push({ atMs: Date.parse(found[1]), prefix: found[2] });
    },
  });
  return {
    since: (atMs, prefix) =>
      events.find((event) => event.atMs >= atMs && event.prefix === prefix)?.atMs ?? null,
  };
}
