import * as http from 'node:http';
import * as https from 'node:https';
import { Readable } from 'node:stream';

/** PEM texts. Without `ca` the authorities of the system count. */
export interface ClientTls {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * One request, without redirects: the token would go along. `fetch` of Node takes no authority of
 * one's own. Rejects with the reason of the signal, or with the error of the socket.
 */
export function send(url: URL, outgoing: Outgoing, tls: ClientTls): Promise<Response> {
  const { method, headers, body, signal } = outgoing;
  return new Promise((resolve, reject) => {
    const answered = (incoming: http.IncomingMessage): void => {
      const { statusCode: status = 500, statusMessage: statusText = '' } = incoming;
      const stream = Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
      const bare = WITHOUT_BODY.has(status) ? null : stream;
      resolve(new Response(bare, { status, statusText }));
    };
    const options = { method, headers: { ...headers }, signal };
    const request =
      url.protocol === 'https:'
        ? https.request(url, { ...options, ...tls }, answered)
        : http.request(url, options, answered);
    request.on('error', (error) => {
      reject(signal.aborted ? (signal.reason as Error) : error);
    });
    request.end(body);
  });
}
