/**
 * Inside of User-mode Linux: starts and signals programs for the one client outside, as JSON lines.
 * In: {op: 'spawn', id, argv, env, input, nice} and {op: 'kill', id, signal}; out: {id, out}, {id,
 * err} and {id, code}. When the client goes, the machine goes. Usage: exec-server.mjs ADDRESS PORT
 */
import { createServer } from 'node:net';
import { LocalMachine } from '../machine.mjs';

const [address, port] = process.argv.slice(2);
const machine = new LocalMachine();
const children = new Map();

const server = createServer((socket) => {
  server.close();
  socket.setEncoding('utf8').setNoDelay(true);
  const say = (message) => {
    if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
  };
  let rest = '';
  socket.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) act(JSON.parse(line), say);
  });
  // A broken connection is a closed one, and the machine ends either way.
  socket.on('error', () => undefined);
  socket.on('close', () => process.exit(0));
});
server.listen(Number(port), address);

function act({ op, id, argv, env, input, nice, signal }, say) {
  if (op === 'kill') {
    children.get(id)?.kill(signal);
    return;
  }
  const child = machine.spawn(argv, { env, input, nice });
  children.set(id, child);
  child.onStdout((out) => say({ id, out }));
  child.onStderr((err) => say({ id, err }));
  child.exited.then((code) => {
    children.delete(id);
    say({ id, code });
  });
}
