import type { IncomingMessage, ServerResponse } from 'node:http';
import { PROBLEM_MEDIA_TYPE, PROBLEM_STATUS, problemType } from '@weir/contracts';
import { refuse, type Refusal, type Result } from '@weir/core/base';

/** What a handler answers: JSON, or text of some type. */
export type Answer =
  | { readonly json: unknown; readonly status?: number }
  | { readonly text: string; readonly contentType: string };

export interface Call {
  /** Parts of the path that the route names with a colon, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/links/:id/fault` */
  readonly path: string;
  readonly summary: string;
  readonly handle: (call: Call) => Result<Answer> | Promise<Result<Answer>>;
}

const MAX_BODY_BYTES = 1_000_000;

/** Answers one request by the first route that fits. */
export async function dispatch(
  routes: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const matching = routes.flatMap((route) => {
    const params = match(route.path, path);
    return params === null ? [] : [{ route, params }];
  });
  const found = matching.find(({ route }) => route.method === request.method);
  if (found === undefined) {
    const code = matching.length > 0 ? 'request-invalid' : 'not-found';
    const reason = matching.length > 0 ? 'another method is needed here' : 'no such resource';
    sendProblem(response, { kind: 'refused', code, where: path, reason });
    return;
  }
  const body = await readBody(request);
  if (!body.ok) {
    sendProblem(response, body.error);
    return;
  }
  const answer = await found.route.handle({ params: found.params, body: body.value });
  if (!answer.ok) sendProblem(response, answer.error);
  else send(response, answer.value);
}

function match(pattern: string, path: string): Record<string, string> | null {
  const want = pattern.split('/');
  const have = path.split('/');
  if (want.length !== have.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of want.entries()) {
    const got = have[i] ?? '';
    if (part.startsWith(':')) {
      const decoded = decode(got);
      if (decoded === null) return null;
      params[part.slice(1)] = decoded;
    } else if (part !== got) return null;
  }
  return params;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null; // A stray % names no resource.
  }
}

async function readBody(request: IncomingMessage): Promise<Result<unknown>> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    const buffer = part as Buffer;
    length += buffer.length;
    if (length > MAX_BODY_BYTES) {
      return refuse('limit-exceeded', '(body)', `at most ${MAX_BODY_BYTES} bytes are read`);
    }
    parts.push(buffer);
  }
  if (length === 0) return { ok: true, value: {} };
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown };
  } catch (error) {
    return refuse('request-invalid', '(body)', `not JSON: ${(error as Error).message}`);
  }
}

function send(response: ServerResponse, answer: Answer): void {
  if ('text' in answer) {
    response.writeHead(200, { 'content-type': answer.contentType });
    response.end(answer.text);
    return;
  }
  response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(answer.json)}\n`);
}

export function sendProblem(response: ServerResponse, refusal: Refusal): void {
  const status = PROBLEM_STATUS[refusal.code] ?? 500;
  response.writeHead(status, { 'content-type': PROBLEM_MEDIA_TYPE });
  const problem = {
    type: problemType(refusal.code),
    title: refusal.code,
    status,
    detail: refusal.reason,
    code: refusal.code,
    where: refusal.where,
  };
  response.end(`${JSON.stringify(problem)}\n`);
}
