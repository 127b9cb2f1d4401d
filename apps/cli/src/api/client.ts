import { randomUUID } from 'node:crypto';
import {
  formatIssues,
  IDEMPOTENCY_HEADER,
  LAST_EVENT_ID_HEADER,
  problemSchema,
  type Problem,
} from '@weir/contracts';
import type { z } from 'zod';
import { CliError } from '../cli-error';
import { send, type ClientTls, type Outgoing } from './transport';

export interface ClientOptions {
  readonly server: string;
  readonly token: string | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** For https. */
  readonly tls: ClientTls;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One request to the daemon at a time; every failure is a CliError that says what to do. */
export class ApiClient {
  private readonly base: URL;

  constructor(private readonly options: ClientOptions) {
    this.base = baseUrl(options.server);
  }

  get<T extends z.ZodType>(path: string, schema: T, query: Query = {}): Promise<z.output<T>> {
    return this.send('GET', path, schema, query, undefined);
  }

  write<T extends z.ZodType>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    schema: T,
    request: { readonly query?: Query; readonly body?: unknown } = {},
  ): Promise<z.output<T>> {
    return this.send(method, path, schema, request.query ?? {}, request.body);
  }

  private async send<T extends z.ZodType>(
    method: Method,
    path: string,
    schema: T,
    query: Query,
    body: unknown,
  ): Promise<z.output<T>> {
    const headers: Record<string, string> = { accept: 'application/json', ...this.credentials() };
    if (method !== 'GET') headers[IDEMPOTENCY_HEADER] = randomUUID();
    if (body !== undefined) headers['content-type'] = 'application/json';
    const timeout = AbortSignal.timeout(this.options.timeoutMs);
    const signal = AbortSignal.any([timeout, this.options.signal]);
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const url = this.url(path, query);
    const response = await this.request(url, { method, headers, signal, ...content });
    const text = await response.text().catch((error: unknown) => {
      throw this.unreachable(signal.aborted ? signal.reason : error);
    });
    return this.read(url, response, text, schema);
  }

  /** The open stream of server-sent events after a journal sequence (0: from the start). */
  async events(path: string, afterSequence: number | null): Promise<ReadableStream<Uint8Array>> {
    const headers: Record<string, string> = { accept: 'text/event-stream', ...this.credentials() };
    if (afterSequence !== null) headers[LAST_EVENT_ID_HEADER] = String(afterSequence);
    const { signal } = this.options;
    const url = this.url(path, {});
    const response = await this.request(url, { method: 'GET', headers, signal });
    if (!response.ok || !response.body) throw this.refused(url, response, await response.text());
    return response.body as ReadableStream<Uint8Array>;
  }

  private credentials(): Record<string, string> {
    const { token } = this.options;
    return token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  private url(path: string, query: Query): URL {
    const url = new URL(this.base.pathname.replace(/\/$/, '') + path, this.base);
    for (const [key, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(key, String(value));
    return url;
  }

  private async request(url: URL, outgoing: Outgoing): Promise<Response> {
    try {
      return await send(url, outgoing, this.options.tls);
    } catch (error) {
      throw this.unreachable(error);
    }
  }

  private read<T extends z.ZodType>(
    url: URL,
    response: Response,
    text: string,
    schema: T,
  ): z.output<T> {
    if (!response.ok) throw this.refused(url, response, text);
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const [issue] = formatIssues(parsed.error);
    throw new CliError({
      code: 'request-invalid',
      reason: `the answer of ${url.href} is not what this version of weir understands: ${issue?.message}`,
      where: issue?.path ?? '',
      hint: 'compare the versions with `weir version`, and check --server',
    });
  }

  private refused(url: URL, response: Response, text: string): CliError {
    const parsed = problemSchema.safeParse(parseJson(text));
    if (parsed.success) return refusal(parsed.data);
    return new CliError({
      code: 'request-invalid',
      reason: `${url.href} answered ${response.status} ${response.statusText}`.trim(),
      hint: 'is --server the address of weir-controller?',
    });
  }

  private unreachable(error: unknown): CliError {
    const { name } = error as Error;
    if (name === 'AbortError')
      return new CliError({ code: 'request-invalid', reason: 'interrupted' });
    const why =
      name === 'TimeoutError' ? `no answer in ${this.options.timeoutMs} ms` : causeText(error);
    return new CliError({
      code: 'engine-unavailable',
      reason: `cannot reach the daemon at ${this.base.origin}: ${why}`,
      hint: hintFor(error),
    });
  }
}

const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function hintFor(error: unknown): string {
  // An aborted request carries a number.
  const code = String((error as NodeJS.ErrnoException).code ?? '');
  if (UNTRUSTED.has(code)) return 'name the authority of the daemon by --ca FILE or WEIR_CA';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'reach the daemon by a name that its certificate holds';
  if (code.startsWith('ERR_SSL'))
    return 'does the daemon speak TLS there, and does it want --cert and --key?';
  return 'is weir-controller running? set --server or WEIR_SERVER';
}

function refusal(problem: Problem): CliError {
  const hints: Readonly<Record<string, string>> = {
    unauthenticated: 'set WEIR_TOKEN to a token of the daemon',
    'plan-hash-mismatch': 'something changed since; plan it again and read what it says now',
    frozen: '`weir status` shows who froze it; `weir unfreeze` lifts it',
  };
  return new CliError({
    code: problem.code,
    reason: problem.detail,
    where: problem.where,
    issues: (problem.issues ?? []).map(({ path, message }) => ({ path, message })),
    hint: hints[problem.code] ?? problem.remedy ?? '',
  });
}

function baseUrl(server: string): URL {
  const url = URL.canParse(server) ? new URL(server) : null;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new CliError({
    code: 'request-invalid',
    reason: `"${server}" is not the address of a server`,
    where: '--server',
    hint: 'an address such as http://127.0.0.1:8080',
  });
}

/** The last cause says most: fetch wraps the socket error in "fetch failed". */
function causeText(error: unknown): string {
  let deepest = error as NodeJS.ErrnoException;
  while (deepest.cause !== undefined) deepest = deepest.cause as NodeJS.ErrnoException;
  return deepest.message || (deepest.code ?? deepest.name);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller reports it as an answer that cannot be understood.
    return undefined;
  }
}
