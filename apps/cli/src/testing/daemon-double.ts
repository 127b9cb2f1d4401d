import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { problemOf, PROBLEM_MEDIA_TYPE } from '@weir/contracts';

export interface Recorded {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export type Answer = (request: Recorded, response: ServerResponse) => unknown;

/** Thrown by an answer: becomes problem details, as the daemon sends them. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly reason: string,
    readonly where = '',
  ) {
    super(reason);
  }
}

/**
 * A real HTTP server on a free port of the loopback that answers as a test says and keeps what it
 * was asked. Routes are `METHOD /path`; an answer that gives undefined has answered by itself.
 */
export class DaemonDouble {
  readonly requests: Recorded[] = [];
  private readonly routes = new Map<string, Answer>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** With `tls` it answers https. */
  static async start(tls?: ServerOptions): Promise<DaemonDouble> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const double = new DaemonDouble(
      server,
      `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    );
    server.on('request', (request, response) => void double.serve(request, response));
    return double;
  }

  on(route: string, answer: Answer): this {
    this.routes.set(route, answer);
    return this;
  }

  get last(): Recorded {
    return this.requests[this.requests.length - 1] as Recorded;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? '/', this.url);
    const recorded: Recorded = {
      method: request.method ?? '',
      path: decodeURIComponent(url.pathname),
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
    this.requests.push(recorded);
    const answer = this.routes.get(`${recorded.method} ${recorded.path}`);
    try {
      if (!answer) throw new Refused('not-found', `no route ${recorded.method} ${recorded.path}`);
      const value = answer(recorded, response);
      if (value === undefined) return;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(value));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const problem = problemOf(error, 'Refused');
      response.writeHead(problem.status, { 'content-type': PROBLEM_MEDIA_TYPE });
      response.end(JSON.stringify(problem));
    }
  }
}
