/** What the kernel itself says, read beside the agent. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { availableParallelism, loadavg, release } from 'node:os';
import { ip, namespaceOf } from './namespaces.mjs';

export class Evidence {
  constructor(run) {
    this.run = run;
  }

  /** `ip -j nexthop` and `ip -j route` exactly as printed. */
  forwarding(node) {
    const namespace = namespaceOf(this.run, node);
    const nexthop = ip('-n', namespace, '-j', 'nexthop').trim();
    const route = ip('-n', namespace, '-j', 'route').trim();
    const sha256 = createHash('sha256').update(`${nexthop}\n${route}\n`).digest('hex');
    return { nexthop, route, sha256 };
  }

  /** `[{via, dev, weight}]` of the route to a prefix. */
  weights(node, prefix) {
    const rows = JSON.parse(ip('-n', namespaceOf(this.run, node), '-j', 'route', 'show', prefix));
    const route = rows[0] ?? {};
    return (route.nexthops ?? [route]).map((hop) => ({
      via: hop.gateway,
      dev: hop.dev,
      weight: hop.weight ?? 1,
    }));
  }

  /** Mb/s that left each named port over the time of the measurement. */
  async rates(ports, overMs) {
    const read = () =>
      ports.map(([node, port]) => ({ bytes: this.#txBytes(node, port), atMs: performance.now() }));
    const before = read();
    await new Promise((resolve) => setTimeout(resolve, overMs));
    const after = read();
    return Object.fromEntries(
      ports.map(([node, port], i) => {
        const bits = (after[i].bytes - before[i].bytes) * 8;
        const mbps = bits / 1e3 / (after[i].atMs - before[i].atMs);
        return [`${node}:${port}`, Math.round(mbps * 10) / 10];
      }),
    );
  }

  /** The rate limiter of a port since it was made, and how long what waits in it will take. */
  queue(node, port) {
    const namespace = namespaceOf(this.run, node);
    const text = execFileSync('tc', ['-n', namespace, '-s', '-j', 'qdisc', 'show', 'dev', port], {
      encoding: 'utf8',
    });
    const [tbf] = JSON.parse(text).filter((qdisc) => qdisc.kind === 'tbf');
    const { packets, drops, backlog, options } = tbf;
    return { packets, dropped: drops, backlogMs: (backlog * 1000) / options.rate };
  }

  #txBytes(node, port) {
    const [row] = JSON.parse(
      ip('-n', namespaceOf(this.run, node), '-j', '-s', 'link', 'show', 'dev', port),
    );
    return row.stats64.tx.bytes;
  }
}

export function kernelDescription() {
  return {
    iproute2: ip('-V').trim().replace('ip utility, iproute2-', ''),
    linux: release(),
    cpus: availableParallelism(),
    /** Of the last minute; latencies on a busy machine are also those of its scheduler. */
    loadAverage: Math.round(loadavg()[0] * 10) / 10,
  };
}
