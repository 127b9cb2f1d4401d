import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { refuse, ok, type Result } from '@weir/core/base';
import { anchorLine, type AnchorPoint } from './anchor-point';
import type { AnchorSink } from './anchor-sink';

export interface WebhookOptions {
  /** http or https; certificates are verified. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM; the system store when absent. */
  readonly ca?: string | undefined;
  /** Of one try, ms. */
  readonly timeoutMs: number;
}

/** Posts each head as JSON; any answer but 2xx is a failure, redirections included. */
export class WebhookSink implements AnchorSink {
  readonly name = 'webhook';
  readonly #agent: Agent;

  constructor(private readonly options: WebhookOptions) {
    this.#agent = new Agent({ keepAlive: false, ...(options.ca && { ca: options.ca }) });
  }

  write(point: AnchorPoint): Promise<void> {
    const { url, headers, timeoutMs } = this.options;
    const body = anchorLine(point);
    const secure = url.startsWith('https:');
    const settings = {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
      // Of the whole exchange: a server that trickles is no better than one that is silent.
      signal: AbortSignal.timeout(timeoutMs),
      ...(secure ? { agent: this.#agent } : {}),
    };
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(url, settings, (response) => {
        const { statusCode = 0 } = response;
        // The body says nothing that matters; it is read so that the connection ends.
        response.resume();
        response.once('error', reject);
        response.once('end', () => {
          if (statusCode >= 200 && statusCode < 300) resolve();
          else reject(new Error(`the webhook answered ${statusCode}`));
        });
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  async close(): Promise<void> {
    this.#agent.destroy();
  }
}

/** `Name: value` a line; empty lines and lines that begin with # are passed over. */
export function parseHeaders(text: string): Result<Readonly<Record<string, string>>> {
  const headers: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\t]*)$/.exec(line);
    if (!match?.[1]) return refuse('config-invalid', `line ${index + 1}`, 'expected `Name: value`');
    const name = match[1].toLowerCase();
    if (name === 'content-length' || name === 'transfer-encoding' || name === 'host')
      return refuse('config-invalid', `line ${index + 1}`, `${name} cannot be set`);
    headers[name] = (match[2] ?? '').trim();
  }
  return ok(headers);
}
