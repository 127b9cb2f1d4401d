/**
 * The answering end of the request/response probe, in the namespace of its host: a line in, one
 * kilobyte out, end of connection.  Usage: probe-server.mjs ADDRESS PORT
 */
import { createServer } from 'node:net';

const [address, port] = process.argv.slice(2);
const ANSWER = Buffer.alloc(1024, 'w');

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.once('data', () => socket.end(ANSWER));
  // A client that gave up resets the connection: its own time-out has been counted.
  socket.on('error', () => socket.destroy());
});
server.listen(Number(port), address, () => process.stdout.write('ready\n'));
