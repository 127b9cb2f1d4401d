/**
 * The answering end of every request/response measurement: as much of HTTP as it takes, in a
 * fraction of the instructions of a whole server, which User-mode Linux would not get done in time.
 * A connection that asks for it is kept. Usage: probe-server.mjs ADDRESS PORT ANSWER_BYTES
 */
import { createServer } from 'node:net';

const [address, port, answerBytes] = process.argv.slice(2);
const BODY = 'w'.repeat(Number(answerBytes));
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;

const server = createServer({ noDelay: true }, (socket) => {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => {
    text += chunk;
    for (;;) {
      const head = text.indexOf('\r\n\r\n');
      if (head === -1) return;
      const bodyBytes = Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? 0);
      const end = head + 4 + bodyBytes;
      if (text.length < end) return;
      if (!/keep-alive/i.test(text.slice(0, head))) {
        socket.end(ANSWER);
        return;
      }
      text = text.slice(end);
      socket.write(ANSWER);
    }
  });
  // A client that gave up resets the connection: its own time-out has been counted.
  socket.on('error', () => socket.destroy());
});
server.listen(Number(port), address, () => process.stdout.write('ready\n'));
