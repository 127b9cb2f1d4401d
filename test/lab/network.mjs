/**
 * Network namespaces, links and rate limits of the lab. Commands go to `ip -batch` and `tc -batch`
 * by the dozen: starting a program is the dearest thing there is in User-mode Linux.
 */
import { run as runOn } from './machine.mjs';
import {
  CABLE,
  fabricLinks,
  HOST_MBPS,
  hosts,
  LINK_MBPS,
  linkNamed,
  managed,
  MANAGEMENT_PREFIX,
  MANAGER_ADDRESS,
  managementOf,
  QUEUE_MS,
  switches,
} from './topology.mjs';

export const PREFIX = 'weir-lab';
/** Namespace of a node in the run of this process id: two runs do not meet. */
export const namespaceOf = (run, node) => `${PREFIX}-${run}-${node}`;

/** Node of all wires: a bridge for each link that has one, between both ends' counters. */
export const WIRES = 'wires';

/**
 * TBF catches up after a delay of its timer, so that a second can hold more than its rate; a port
 * cannot. A little below the line rate, no second is measured above it.
 */
export const SHAPED_RATIO = 0.96;
export const BURST_BYTES = 16 * 1024;

export const rateLimit = (mbps) =>
  `tbf rate ${Math.round(mbps * SHAPED_RATIO * 1000)}kbit burst ${BURST_BYTES / 1024}kb latency ${QUEUE_MS}ms`;

export class Network {
  #machine;
  #run;
  /** Commands of `ip` inside of each node, and of `tc`, until `commit`. */
  #pending = { root: [], ip: new Map(), tc: new Map(), sysctl: new Map() };

  constructor(machine, run) {
    this.#machine = machine;
    this.#run = run;
  }

  /**
   * The whole fabric. `wires` are ports whose link gets one; `rates` overrides ports' Mb/s;
   * `shaped`: ports get a limit of the lab's own, for agents that set none.
   */
  async build({ wires = [], rates = {}, shaped = true, congestion = null }) {
    for (const node of managed) this.addNode(node);
    if (wires.length > 0) this.addNode(WIRES);
    for (const node of switches)
      this.#add('sysctl', node, 'net.ipv4.ip_forward=1', 'net.ipv4.fib_multipath_hash_policy=1');
    const wired = new Set(wires.map(linkNamed));
    for (const link of fabricLinks) this.#connectLink(link, wired.has(link));
    for (const host of hosts) this.#connectHost(host, congestion);
    for (const node of managed) this.#manage(node);
    if (shaped) this.#shape(rates);
    await this.commit();
  }

  addNode(node) {
    this.#pending.root.push(`netns add ${namespaceOf(this.#run, node)}`);
    this.#add('ip', node, 'link set lo up');
  }

  /** A veth pair between [node, port, address or null] and the same; made at `commit`. */
  connect(one, other, length) {
    const end = ([node, port]) => `${port} netns ${namespaceOf(this.#run, node)}`;
    const [nodeB, portB] = other;
    const peer = `peer name ${portB} netns ${namespaceOf(this.#run, nodeB)}`;
    this.#pending.root.push(`link add ${end(one)} type veth ${peer}`);
    for (const [node, port, address] of [one, other]) {
      if (address !== null) this.#add('ip', node, `addr add ${address}/${length} dev ${port}`);
      this.#add('ip', node, `link set ${port} up`);
    }
  }

  async commit() {
    const { root, ip, tc, sysctl } = this.#pending;
    this.#pending = { root: [], ip: new Map(), tc: new Map(), sysctl: new Map() };
    const batch = (argv, lines) =>
      runOn(this.#machine, [...argv, '-batch', '-'], { input: `${lines.join('\n')}\n` });
    if (root.length > 0) await batch(['ip'], root);
    for (const [tool, byNode] of [
      ['ip', ip],
      ['tc', tc],
    ])
      for (const [node, lines] of byNode)
        await batch([tool, '-n', namespaceOf(this.#run, node)], lines);
    for (const [node, settings] of sysctl) {
      const inside = ['ip', 'netns', 'exec', namespaceOf(this.#run, node)];
      await runOn(this.#machine, [...inside, 'sysctl', '-q', '-w', ...settings]);
    }
  }

  #add(kind, node, ...lines) {
    const before = this.#pending[kind].get(node) ?? [];
    this.#pending[kind].set(node, [...before, ...lines]);
  }

  #connectLink(link, wired) {
    const leaf = [link.leaf, link.leafPort, link.leafAddress];
    const spine = [link.spine, link.spinePort, link.spineAddress];
    if (!wired) {
      this.connect(leaf, spine, 31);
      return;
    }
    const { bridge, towardsLeaf, towardsSpine } = wireNames(link);
    this.#add('ip', WIRES, `link add ${bridge} type bridge`, `link set ${bridge} up`);
    this.connect(leaf, [WIRES, towardsLeaf, null], 31);
    this.connect(spine, [WIRES, towardsSpine, null], 31);
    for (const port of [towardsLeaf, towardsSpine])
      this.#add('ip', WIRES, `link set ${port} master ${bridge}`);
  }

  #connectHost(host, congestion) {
    this.connect([host.leaf, host.port, host.gateway], [host.name, 'eth0', host.address], 24);
    this.#add('ip', host.name, `route add default via ${host.gateway}`);
    // TCP's 64 KB super-packets would count as one packet when sent and as forty when dropped.
    this.#add('ip', host.name, 'link set eth0 gso_max_segs 1');
    this.#add('ip', host.leaf, `link set ${host.port} gso_max_segs 1`);
    if (congestion !== null)
      this.#add('sysctl', host.name, `net.ipv4.tcp_congestion_control=${congestion}`);
    if (congestion === 'dctcp') this.#add('sysctl', host.name, 'net.ipv4.tcp_ecn=1');
  }

  /** The management network is a star around the namespace that runs this. */
  #manage(node) {
    const { gateway, node: address, port } = managementOf(node);
    const peer = `peer name mgmt netns ${namespaceOf(this.#run, node)}`;
    this.#pending.root.push(
      `link add ${port} type veth ${peer}`,
      `addr add ${gateway}/24 dev ${port}`,
      `link set ${port} up`,
    );
    this.#add('ip', node, `addr add ${address}/24 dev mgmt`, 'link set mgmt up');
    this.#add('ip', node, `route add ${MANAGER_ADDRESS}/32 via ${gateway}`);
  }

  #shape(rates) {
    const limit = (node, port, mbps) =>
      this.#add(
        'tc',
        node,
        `qdisc replace dev ${port} root ${rateLimit(rates[`${node}:${port}`] ?? mbps)}`,
      );
    for (const link of fabricLinks) {
      limit(link.leaf, link.leafPort, LINK_MBPS);
      limit(link.spine, link.spinePort, LINK_MBPS);
    }
    for (const host of hosts) limit(host.leaf, host.port, HOST_MBPS);
  }
}

export function wireNames(link) {
  const id = `${link.leaf.slice(4)}${link.spine.slice(5)}`;
  return { bridge: `br${id}`, towardsLeaf: `l${id}`, towardsSpine: `s${id}` };
}

/** What the manager's own namespace needs when the fabric is on the same kernel. */
export const managerAddress = () => [`addr add ${MANAGER_ADDRESS}/32 dev lo`];
export { CABLE, MANAGEMENT_PREFIX };
