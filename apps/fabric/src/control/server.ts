import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dispatch, sendProblem, type Route } from './router';

export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Loopback only by default: whoever reaches it can break the fabric. */
export async function startControlServer(
  routes: readonly Route[],
  host: string,
  port: number,
): Promise<ControlServer> {
  const server = createServer((request, response) => {
    dispatch(routes, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else
        sendProblem(response, {
          kind: 'refused',
          code: 'internal',
          where: '',
          reason: String(error),
        });
    });
  });
  await listening(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
}
