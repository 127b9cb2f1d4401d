/**
 * The answering end of every request/response measurement: HTTP, an answer when the whole request
 * is there, end of connection. Usage: probe-server.mjs ADDRESS PORT ANSWER_BYTES
 */
import { createServer } from 'node:http';

const [address, port, answerBytes] = process.argv.slice(2);
const ANSWER = Buffer.alloc(Number(answerBytes), 'w');

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.setHeader('connection', 'close');
    response.end(ANSWER);
  });
});
// A client that gave up resets the connection: its own time-out has been counted.
server.on('clientError', (error, socket) => socket.destroy());
server.listen(Number(port), address, () => process.stdout.write('ready\n'));
