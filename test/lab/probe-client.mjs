/**
 * The asking end of the lab's own request/response probe: opens a TCP connection at a fixed rate
 * whatever becomes of the ones before (an open loop, so that a slow network is not asked less),
 * measures from connect to the last byte, and writes `<wall ms> <latency ms>` for each.
 * Usage: probe-client.mjs ADDRESS PORT REQUESTS_PER_SECOND REQUEST_BYTES
 */
import { connect } from 'node:net';

const [address, port, perSecond, requestBytes] = process.argv.slice(2);
/** Longer than this counts as this long. */
const TIMEOUT_MS = 2000;
const FLUSH_MS = 250;
const BODY = 'r'.repeat(Number(requestBytes));
const REQUEST = `POST / HTTP/1.0\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;

let lines = '';

function request() {
  const startedAt = performance.now();
  let settled = false;
  const socket = connect({ host: address, port: Number(port), noDelay: true });
  const finish = (latencyMs) => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    socket.destroy();
    lines += `${Date.now()} ${latencyMs.toFixed(3)}\n`;
  };
  const timer = setTimeout(() => finish(TIMEOUT_MS), TIMEOUT_MS);
  socket.on('connect', () => socket.write(REQUEST));
  socket.on('data', () => undefined);
  socket.on('end', () => finish(performance.now() - startedAt));
  // A refused or reset request is as bad for the user as one that never ends.
  socket.on('error', () => finish(TIMEOUT_MS));
}

setInterval(request, 1000 / Number(perSecond));
setInterval(() => {
  process.stdout.write(lines);
  lines = '';
}, FLUSH_MS);
