/** Requests from one host to another, measured by the lab's own probe and by programs of others. */
import { fileURLToPath } from 'node:url';
import { Latencies } from './latency.mjs';
import { HistogramExporter } from './otlp.mjs';
import { until } from './processes.mjs';
import { hostNamed, OTLP_PORT } from './topology.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const PROBE_PORT = 7000;
const METER_PORT = 7100;
let started = 0;

/**
 * A new connection costs User-mode Linux several milliseconds of its one CPU: there connections are
 * kept, and asked less often. Scenarios whose requests have to spread over paths say `kept: 0`.
 */
const costs = (lab) =>
  lab.kernel.kind === 'uml'
    ? { kept: 8, perSecond: 50, meterPerSecond: 25 }
    : { kept: 0, perSecond: 100, meterPerSecond: 40 };

/**
 * The lab's own probe: an open loop, by default of new connections so that requests spread over all
 * paths. It feeds the daemon by OTLP unless `otlp` is false. Resolves when answers arrive.
 */
export async function startProbe(lab, options) {
  const { from, to, requestBytes = 100, responseBytes = 1024 } = options;
  const { kept, perSecond } = { ...costs(lab), ...options };
  const { workload = 'inference', trafficClass = 'real-time-inference', otlp = true } = options;
  const number = ++started;
  const port = options.port ?? PROBE_PORT + number;
  await serve(lab, `probe-server-${number}`, to, port, responseBytes);
  const latencies = new Latencies('weir-lab-probe');
  const exporter = otlp
    ? new HistogramExporter(
        `127.0.0.1:${OTLP_PORT}`,
        { service: workload, trafficClass },
        // The daemon may not be there yet, or be killed on purpose.
        () => undefined,
      )
    : null;
  lab.atEnd(() => exporter?.close());
  const { address } = hostNamed(to);
  const args = [address, port, perSecond, requestBytes, kept].map(String);
  lab.start(`probe-client-${number}`, from, [...lab.node, here('probe-client.mjs'), ...args], {
    onLine: (line) => {
      latencies.addLine(line);
      exporter?.observe(Number(line.split(' ')[1]));
    },
  });
  await until('answers to the probe', () => latencies.count > 20, { timeoutMs: 20_000 });
  return latencies;
}

async function serve(lab, name, host, port, responseBytes) {
  let listening = false;
  const args = [hostNamed(host).address, port, responseBytes].map(String);
  lab.start(name, host, [...lab.node, here('probe-server.mjs'), ...args], {
    onLine: () => (listening = true),
  });
  await until('the server of requests', () => listening, { timeoutMs: 20_000 });
}

/**
 * Latency by a program that is not ours, in the shape of the probe's, as it comes. `httping`: HTTP
 * requests, each on a new connection, so that they spread over all paths as the probe's do. `ping`:
 * one flow, on one path.
 */
export async function startMeter(lab, options) {
  const { kind = 'httping' } = options;
  if (kind === 'httping') return httping(lab, options);
  if (kind === 'ping') return ping(lab, options);
  throw new Error(`meter ${kind}: known are httping and ping`);
}

/** Several take turns, so that one slow request does not keep the others from being sent. */
const HTTPINGS = 8;
const HTTPING_TIMEOUT_SECONDS = 5;

async function httping(lab, options) {
  const { from, to, requestBytes = 100, responseBytes = 1024 } = options;
  const { kept, perSecond = costs(lab).meterPerSecond } = { kept: costs(lab).kept, ...options };
  const number = ++started;
  const port = METER_PORT + number;
  await serve(lab, `meter-server-${number}`, to, port, responseBytes);
  const latencies = new Latencies('httping');
  const every = (HTTPINGS / perSecond).toFixed(3);
  const command = [
    ...['stdbuf', '-oL', 'httping', '--get-request', '--no-host-header', '--adaptive-interval'],
    ...(kept > 0 ? ['--persistent-connections'] : []),
    ...['-i', every, '-t', String(HTTPING_TIMEOUT_SECONDS)],
    // The head of a request is the only part of it that httping lets one choose.
    ...['--header', `x-fill: ${'f'.repeat(requestBytes)}`],
    `http://${hostNamed(to).address}:${port}/`,
  ];
  // connected to 10.2.2.2:7101 (79 bytes), seq=0 time= 13.05 ms
  const onLine = (line) => {
    const found = / time=\s*([\d.]+) ms/.exec(line);
    if (found !== null) latencies.add(Date.now(), Number(found[1]));
    else if (line.includes('time')) latencies.add(Date.now(), HTTPING_TIMEOUT_SECONDS * 1000);
  };
  for (let i = 1; i <= HTTPINGS; i++) lab.start(`meter-${number}-${i}`, from, command, { onLine });
  await until('answers to httping', () => latencies.count > 20, { timeoutMs: 20_000 });
  return latencies;
}

async function ping(lab, { from, to, perSecond = 50, dscp = 0 }) {
  const latencies = new Latencies('ping');
  const every = (1 / perSecond).toFixed(3);
  const target = hostNamed(to).address;
  const command = ['ping', '-n', '-D', '-i', every, '-Q', String(dscp << 2), target];
  lab.start(`meter-${++started}`, from, command, {
    // [1795408894.503] 64 bytes from 10.2.2.2: icmp_seq=1 ttl=61 time=0.281 ms
    onLine: (line) => {
      const found = /^\[([\d.]+)\].* time=([\d.]+) ms/.exec(line);
      if (found !== null) latencies.add(Number(found[1]) * 1000, Number(found[2]));
    },
  });
  await until('answers to ping', () => latencies.count > 20, { timeoutMs: 20_000 });
  return latencies;
}
