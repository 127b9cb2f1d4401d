/** What the kernel itself says, read beside the agent. */
import { createHash } from 'node:crypto';

export class Evidence {
  #exec;

  /** `exec(node, argv)` gives what a program on a node prints. */
  constructor(exec) {
    this.#exec = exec;
  }

  /** `ip -j nexthop` and `ip -j route` exactly as printed. */
  async forwarding(node) {
    const nexthop = (await this.#exec(node, ['ip', '-j', 'nexthop'])).trim();
    const route = (await this.#exec(node, ['ip', '-j', 'route'])).trim();
    const sha256 = createHash('sha256').update(`${nexthop}\n${route}\n`).digest('hex');
    return { nexthop, route, sha256 };
  }

  /** `tc -j -s qdisc` of a port exactly as printed. */
  async qdisc(node, port) {
    return (await this.#exec(node, ['tc', '-j', '-s', 'qdisc', 'show', 'dev', port])).trim();
  }

  /** `tc -s class` of a port exactly as printed; tc has no JSON for classes of HTB. */
  async classes(node, port) {
    return (await this.#exec(node, ['tc', '-s', 'class', 'show', 'dev', port])).trim();
  }

  /** `[{via, dev, weight}]` of the route to a prefix. */
  async weights(node, prefix) {
    const rows = JSON.parse(await this.#exec(node, ['ip', '-j', 'route', 'show', prefix]));
    const route = rows[0] ?? {};
    return (route.nexthops ?? [route]).map((hop) => ({
      via: hop.gateway,
      dev: hop.dev,
      weight: hop.weight ?? 1,
    }));
  }

  /** Mb/s that left each named [node, port] over the time of the measurement. */
  async rates(ports, overMs) {
    const read = async () => {
      const rows = [];
      for (const [node, port] of ports)
        rows.push({ bytes: await this.#txBytes(node, port), atMs: performance.now() });
      return rows;
    };
    const before = await read();
    await new Promise((resolve) => setTimeout(resolve, overMs));
    const after = await read();
    return Object.fromEntries(
      ports.map(([node, port], i) => {
        const bits = (after[i].bytes - before[i].bytes) * 8;
        const mbps = bits / 1e3 / (after[i].atMs - before[i].atMs);
        return [`${node}:${port}`, Math.round(mbps * 10) / 10];
      }),
    );
  }

  /** The lab's own rate limiter of a port since it was made, and the wait for what is in it. */
  async limiter(node, port) {
    const qdiscs = JSON.parse(await this.qdisc(node, port));
    const tbf = qdiscs.find((qdisc) => qdisc.kind === 'tbf');
    if (tbf === undefined) throw new Error(`${node}:${port} has no rate limit of the lab's own`);
    const { packets, drops, backlog, options } = tbf;
    return { packets, dropped: drops, backlogMs: (backlog * 1000) / options.rate };
  }

  async #txBytes(node, port) {
    const file = `/sys/class/net/${port}/statistics/tx_bytes`;
    return Number(await this.#exec(node, ['cat', file]));
  }
}
