/** The moving parts that every scenario needs: agents, probe, bulk load. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { setRoutes } from './gnmi-routes.mjs';
import { Latencies } from './latency.mjs';
import { namespaceOf } from './namespaces.mjs';
import { until } from './processes.mjs';
import {
  GNMI_PORT,
  hostNamed,
  initialRoutes,
  managementOf,
  OTLP_PORT,
  switches,
} from './topology.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const NODE = process.execPath;
const AGENT = here('../../apps/switch-agent/dist/main.js');
const PROBE_PORT = 7000;
const BULK_PORT = 5201;
export const REQUESTS_PER_SECOND = 100;
export const BULK_CONNECTIONS = 12;

/** One agent per switch, inside of its namespace, and the routes that were there before Weir. */
export async function startSwitches(processes, workDir, progress) {
  for (const name of switches) {
    const config = join(workDir, `${name}.yaml`);
    const spec = {
      listen: `${managementOf(name).node}:${GNMI_PORT}`,
      stateDir: `./${name}`,
      // The management network is a cable inside of this machine.
      tls: { mode: 'insecure' },
    };
    const document = { apiVersion: 'weir.dev/v1', kind: 'SwitchAgentConfig', spec };
    writeFileSync(config, stringify(document));
    processes.start(name, name, [NODE, AGENT, '--config', config]);
  }
  for (const name of switches) {
    const address = `${managementOf(name).node}:${GNMI_PORT}`;
    await until(`routes on ${name}`, () => setRoutes(address, initialRoutes(name)), {
      timeoutMs: 20_000,
    });
  }
  progress('four switch agents answer; initial routes are set by gNMI');
}

/** Requests from h2 to h4; their latencies go to stdout here and, with `otlp`, to the daemon. */
export async function startProbe(processes, otlp) {
  const latencies = new Latencies();
  const server = hostNamed('h4');
  let listening = false;
  processes.start(
    'probe-server',
    server.name,
    [NODE, here('probe-server.mjs'), server.address, String(PROBE_PORT)],
    { onLine: () => (listening = true) },
  );
  await until('the probe server', () => listening, { timeoutMs: 10_000 });
  const exportTo = otlp ? `${managementOf('h2').manager}:${OTLP_PORT}` : '-';
  const args = [server.address, PROBE_PORT, REQUESTS_PER_SECOND, 'inference', exportTo];
  processes.start('probe-client', 'h2', [NODE, here('probe-client.mjs'), ...args.map(String)], {
    onLine: (line) => latencies.add(line),
  });
  await until('answers to the probe', () => latencies.count > 20, { timeoutMs: 10_000 });
  return latencies;
}

/**
 * Bulk TCP from h1 to h3, as fast as TCP goes. Says which program sends. Only iperf3 can be told
 * which congestion control to use; without one it is the kernel's default.
 */
export async function startBulkLoad(processes, run, tool, seconds, congestion = null) {
  const [from, to] = ['h1', hostNamed('h3')];
  const [port, count] = [String(BULK_PORT), String(BULK_CONNECTIONS)];
  const receiver =
    tool === 'iperf3'
      ? ['iperf3', '--server', '--bind', to.address, '--port', port]
      : [NODE, here('tcp-load.mjs'), 'receive', to.address, port];
  const sender =
    tool === 'iperf3'
      ? [
          'iperf3',
          '--client',
          to.address,
          '--port',
          port,
          '--parallel',
          count,
          '--time',
          String(seconds),
          ...(congestion === null ? [] : ['--congestion', congestion]),
        ]
      : [NODE, here('tcp-load.mjs'), 'send', to.address, port, count];
  processes.start('bulk-receiver', to.name, receiver);
  await until('the bulk receiver', () => listens(run, to.name, BULK_PORT), { timeoutMs: 10_000 });
  processes.start('bulk-sender', from, sender);
  return { tool, connections: BULK_CONNECTIONS, congestion, from, to: to.name };
}

/** Looks at the kernel's socket table: a try by connecting would use up iperf3's one session. */
function listens(run, node, port) {
  const command = [
    'netns',
    'exec',
    namespaceOf(run, node),
    'cat',
    '/proc/net/tcp',
    '/proc/net/tcp6',
  ];
  const table = execFileSync('ip', command, { encoding: 'utf8' });
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').some((line) => new RegExp(`:${hex} 0+:0000 0A`).test(line));
}
