import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Server as TlsServer } from 'node:tls';
import type { NestApplicationOptions } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Metrics } from '@weir/core/ports';
import type { ServerTls } from './boot/tls-files';
import { openApiDocument } from './openapi/document';

const MAX_BODY = '1mb';
const CLOSE_MS = 1_000;
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']);

type Https = Pick<NestApplicationOptions, 'httpsOptions'>;

/** Options of an HTTPS server for Nest; none without certificates. Node takes TLS 1.2 and newer. */
export function httpsOptions(tls: ServerTls | null): Https {
  if (tls === null) return {};
  const { cert, key, clientCa } = tls;
  const clients = { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return { httpsOptions: { cert, key, ...(clientCa === undefined ? {} : clients) } };
}

/** Handshakes from now on show this certificate; connections that are open stay as they are. */
export function renewHttps(app: NestExpressApplication, tls: ServerTls | null): void {
  if (tls === null) return;
  const { cert, key, clientCa } = tls;
  const server = app.getHttpServer() as unknown as TlsServer;
  server.setSecureContext({ cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) });
}

/** Body limits, headers, and `/openapi.json`; before the application listens. */
export function prepareHttp(app: NestExpressApplication, metrics: Metrics): void {
  const requests = metrics.counter(
    'weir_http_requests_total',
    'HTTP requests answered, by method and class of the status.',
    ['method', 'status'],
  );
  app.disable('x-powered-by');
  app.disable('etag');
  app.useBodyParser('json', { limit: MAX_BODY });
  app.use(({ method = '' }: IncomingMessage, answer: unknown, next: () => void) => {
    const response = answer as ServerResponse;
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.once('finish', () => {
      // Methods are the caller's to choose; unknown ones share one series.
      const known = METHODS.has(method) ? method : 'other';
      requests.add(1, { method: known, status: `${Math.floor(response.statusCode / 100)}xx` });
    });
    next();
  });
  // Built when it is first asked for: it takes longer than the rest of the start.
  let text: string | null = null;
  app.getHttpAdapter().get('/openapi.json', (_: unknown, answer: unknown) => {
    const response = answer as ServerResponse;
    text ??= JSON.stringify(openApiDocument(app));
    response.setHeader('Content-Type', 'application/json');
    response.end(text);
  });
}

/** Resolves with the port that is bound; rejects with a message that names the field. */
export async function listenHttp(
  app: NestExpressApplication,
  address: { readonly host: string; readonly port: number },
): Promise<number> {
  const { host, port } = address;
  try {
    await app.listen(port, host);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new Error(`spec.api.http: cannot listen on ${host}:${port}: ${reason}`, { cause: error });
  }
  return (app.getHttpServer().address() as AddressInfo).port;
}

/** No new connections; requests in progress may end, idle and streaming ones are cut. */
export async function closeHttp(app: NestExpressApplication): Promise<void> {
  const server = app.getHttpServer();
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeIdleConnections();
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, CLOSE_MS);
  await closed;
  clearTimeout(cut);
}
