/**
 * Bulk TCP load without iperf3: N connections that send as fast as TCP lets them.
 * Usage: tcp-load.mjs receive ADDRESS PORT  |  tcp-load.mjs send ADDRESS PORT CONNECTIONS
 */
import { connect, createServer } from 'node:net';

const [mode, address, port, connections] = process.argv.slice(2);
const CHUNK = Buffer.alloc(64 * 1024);

if (mode === 'receive') {
  createServer((socket) => {
    socket.on('data', () => undefined);
    socket.on('error', () => socket.destroy());
  }).listen(Number(port), address, () => process.stdout.write('ready\n'));
} else {
  for (let i = 0; i < Number(connections); i++) {
    const socket = connect(Number(port), address, () => fill(socket));
    socket.on('drain', () => fill(socket));
    socket.on('error', (error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    });
  }
}

function fill(socket) {
  while (socket.write(CHUNK));
}
