/**
 * The asking end of the request/response probe: opens a TCP connection at a fixed rate whatever
 * becomes of the ones before (an open loop, so that a slow network is not asked less), measures
 * from connect to the last byte, writes each latency to stdout and exports histograms by OTLP.
 * Usage: probe-client.mjs ADDRESS PORT REQUESTS_PER_SECOND SERVICE OTLP_ADDRESS|-
 */
import { connect } from 'node:net';
import { credentials } from '@grpc/grpc-js';
import { otlpCollector } from '@weir/proto-gen';

const [address, port, perSecond, service, otlpAddress] = process.argv.slice(2);
/** Longer than this counts as this long; the bounds of the histogram end here too. */
const TIMEOUT_MS = 2000;
const EXPORT_MS = 500;
/** Upper bounds of the buckets in ms, four to a doubling: a quantile is exact to 9 %. */
const BOUNDS_MS = Array.from({ length: 53 }, (_, i) => 0.25 * 2 ** (i / 4));

let counts = newCounts();
let lines = '';
let windowStartNs = nowNs();

function newCounts() {
  return new Array(BOUNDS_MS.length + 1).fill(0);
}

function nowNs() {
  return BigInt(Date.now()) * 1_000_000n;
}

function request() {
  const startedAt = performance.now();
  let settled = false;
  const socket = connect({ host: address, port: Number(port), noDelay: true });
  const finish = (latencyMs) => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    socket.destroy();
    observe(latencyMs);
  };
  const timer = setTimeout(() => finish(TIMEOUT_MS), TIMEOUT_MS);
  socket.on('connect', () => socket.write('request\n'));
  socket.on('data', () => undefined);
  socket.on('end', () => finish(performance.now() - startedAt));
  // A refused or reset request is as bad for the user as one that never ends.
  socket.on('error', () => finish(TIMEOUT_MS));
}

function observe(latencyMs) {
  const bucket = BOUNDS_MS.findIndex((bound) => latencyMs <= bound);
  counts[bucket === -1 ? BOUNDS_MS.length : bucket] += 1;
  lines += `${Date.now()} ${latencyMs.toFixed(3)}\n`;
}

function exportRequest(endNs) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const attribute = (key, value) => ({ key, value: { value: { $case: 'stringValue', value } } });
  const point = {
    startTimeUnixNano: windowStartNs,
    timeUnixNano: endNs,
    count: BigInt(total),
    bucketCounts: counts.map(BigInt),
    explicitBounds: BOUNDS_MS,
  };
  return otlpCollector.ExportMetricsServiceRequest.fromPartial({
    resourceMetrics: [
      {
        resource: {
          attributes: [
            attribute('service.name', service),
            attribute('weir.traffic_class', 'real-time-inference'),
          ],
        },
        scopeMetrics: [
          {
            scope: { name: 'weir-lab-probe' },
            metrics: [
              {
                name: 'weir.request.duration',
                unit: 'ms',
                data: {
                  $case: 'histogram',
                  // 1: delta, since the export before.
                  value: { dataPoints: [point], aggregationTemporality: 1 },
                },
              },
            ],
          },
        ],
      },
    ],
  });
}

const client =
  otlpAddress === '-'
    ? null
    : new otlpCollector.MetricsServiceClient(otlpAddress, credentials.createInsecure());

function flush() {
  process.stdout.write(lines);
  lines = '';
  const endNs = nowNs();
  if (endNs <= windowStartNs) return;
  const message = exportRequest(endNs);
  counts = newCounts();
  windowStartNs = endNs;
  client?.export(message, { deadline: Date.now() + 2000 }, (error) => {
    // The daemon may not be there yet; what it did not hear is not made up later.
    if (error) process.stderr.write(`otlp export: ${error.message}\n`);
  });
}

setInterval(request, 1000 / Number(perSecond));
setInterval(flush, EXPORT_MS);
