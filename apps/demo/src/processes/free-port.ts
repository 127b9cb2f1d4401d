import { createServer } from 'node:net';

/** The port itself when nobody listens on it on loopback, else 0, which takes a free one. */
export function freePort(port: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(port)));
  });
}
