/** Bulk TCP by iperf3, and what it says it moved. */
import { until } from './processes.mjs';
import { hostNamed } from './topology.mjs';

const INTERVAL_SECONDS = 0.5;
let nextPort = 5201;

/**
 * TCP from one host to another, as fast as it goes or at `rateMbps`. `congestion` is the algorithm
 * of this load alone; `dscp` marks its packets. Figures are those of the receiving end: what arrived.
 */
export async function startBulk(lab, options) {
  const { from, to, connections = 12, congestion = null, dscp = 0, seconds, rateMbps } = options;
  const receiver = hostNamed(to);
  const port = nextPort++;
  const intervals = [];
  const server = lab.start(
    `bulk-receiver-${port}`,
    to,
    [
      ...['iperf3', '--server', '--bind', receiver.address, '--port', String(port)],
      ...['--one-off', '--forceflush', '--interval', String(INTERVAL_SECONDS), '--format', 'k'],
    ],
    { onLine: (line) => addInterval(intervals, line), mayEnd: true },
  );
  await until('the bulk receiver', () => listens(lab, to, port), { timeoutMs: 10_000 });
  const startedMs = Date.now();
  const client = lab.start(`bulk-sender-${port}`, from, [
    ...['iperf3', '--client', receiver.address, '--port', String(port), '--forceflush'],
    ...['--parallel', String(connections), '--time', String(seconds)],
    ...(congestion === null ? [] : ['--congestion', congestion]),
    ...(dscp === 0 ? [] : ['--dscp', String(dscp)]),
    // Per connection, and by TCP: iperf3's own limit is a mean since the start, so that after a time
    // of loss it would catch up as fast as it can.
    ...(rateMbps === undefined ? [] : ['--fq-rate', `${(rateMbps / connections).toFixed(3)}M`]),
  ]);
  return {
    tool: 'iperf3',
    ...{ connections, congestion, dscp, from, to, startedMs },
    /** Mean Mb/s that arrived in the intervals that lie in [fromMs, toMs); null when none does. */
    between: (fromMs, toMs) => meanMbps(intervals, fromMs, toMs),
    stop: async () => {
      await client.stop('SIGINT');
      await server.stop('SIGINT');
    },
  };
}

/** `[SUM] 0.50-1.00 sec 2.84 MBytes 47700 Kbits/sec`; with one connection `[  5]` is the sum. */
const INTERVAL =
  /^\[\s*(SUM|\d+)\]\s+([\d.]+)-([\d.]+)\s+sec\s+[\d.]+ \w?Bytes\s+([\d.]+) Kbits\/sec\s*$/;

function addInterval(intervals, line) {
  const found = INTERVAL.exec(line);
  if (found === null) return;
  const [, id, from, to, kbps] = found;
  const lengthMs = (Number(to) - Number(from)) * 1000;
  const last = intervals.at(-1);
  const entry = { id, from, endMs: Date.now(), lengthMs, mbps: Number(kbps) / 1000 };
  // The sum of several connections follows their own lines and replaces them.
  if (last !== undefined && last.from === from) intervals[intervals.length - 1] = entry;
  else intervals.push(entry);
}

function meanMbps(intervals, fromMs, toMs) {
  const inside = intervals.filter(
    ({ endMs, lengthMs }) => endMs - lengthMs >= fromMs && endMs <= toMs && lengthMs > 0,
  );
  const lengthMs = inside.reduce((sum, one) => sum + one.lengthMs, 0);
  if (lengthMs === 0) return null;
  const mbits = inside.reduce((sum, one) => sum + one.mbps * one.lengthMs, 0);
  return Math.round((mbits / lengthMs) * 100) / 100;
}

/** Looks at the kernel's socket table: a try by connecting would use up iperf3's one session. */
async function listens(lab, node, port) {
  const table = await lab.exec(node, ['cat', '/proc/net/tcp', '/proc/net/tcp6']);
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return table.split('\n').some((line) => new RegExp(`:${hex} 0+:0000 0A`).test(line));
}
