/**
 * The asking end of the lab's own request/response probe: asks at a fixed rate whatever becomes of
 * the requests before (an open loop, so that a slow network is not asked less), and writes `<wall
 * ms> <latency ms>` for each, to its last byte. Each request has a connection of its own, whose
 * making counts; with KEPT above 0 that many connections are kept and take turns.
 * Usage: probe-client.mjs ADDRESS PORT REQUESTS_PER_SECOND REQUEST_BYTES KEPT
 */
import { connect } from 'node:net';

const [address, port, perSecond, requestBytes, kept] = process.argv.slice(2);
/** Longer than this counts as this long. */
const TIMEOUT_MS = 2000;
const FLUSH_MS = 250;
const BODY = 'r'.repeat(Number(requestBytes));
const requestOf = (connection) =>
  `POST / HTTP/1.1\r\nconnection: ${connection}\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
const [CLOSED, KEPT] = [requestOf('close'), requestOf('keep-alive')];

let lines = '';
const observe = (latencyMs) => (lines += `${Date.now()} ${latencyMs.toFixed(3)}\n`);
const open = () => connect({ host: address, port: Number(port), noDelay: true });

function askAnew() {
  const startedAt = performance.now();
  let settled = false;
  const socket = open();
  const finish = (latencyMs) => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    socket.destroy();
    observe(latencyMs);
  };
  const timer = setTimeout(() => finish(TIMEOUT_MS), TIMEOUT_MS);
  socket.on('connect', () => socket.write(CLOSED));
  socket.on('data', () => undefined);
  socket.on('end', () => finish(performance.now() - startedAt));
  // A refused or reset request is as bad for the user as one that never ends.
  socket.on('error', () => finish(TIMEOUT_MS));
}

/** A connection that is kept; answers come in the order of the requests. */
class Connection {
  #askedAt = [];
  #text = '';
  #socket = open();

  constructor() {
    this.#socket.setEncoding('latin1').on('data', (chunk) => this.#heard(chunk));
    // Every request is to be answered: without a connection there is nothing to measure.
    this.#socket.on('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    });
  }

  ask() {
    this.#askedAt.push(performance.now());
    this.#socket.write(KEPT);
  }

  #heard(chunk) {
    this.#text += chunk;
    for (;;) {
      const head = this.#text.indexOf('\r\n\r\n');
      if (head === -1) return;
      const end = head + 4 + Number(/content-length: *(\d+)/i.exec(this.#text)[1]);
      if (this.#text.length < end) return;
      this.#text = this.#text.slice(end);
      observe(performance.now() - this.#askedAt.shift());
    }
  }
}

const connections = Array.from({ length: Number(kept) }, () => new Connection());
let turn = 0;
const ask =
  connections.length === 0 ? askAnew : () => connections[turn++ % connections.length].ask();
setInterval(ask, 1000 / Number(perSecond));
setInterval(() => {
  process.stdout.write(lines);
  lines = '';
}, FLUSH_MS);
