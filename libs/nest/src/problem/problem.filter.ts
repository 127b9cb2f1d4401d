import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { PROBLEM_MEDIA_TYPE, problemOf } from '@weir/contracts';
import type { LogPort } from '../log/logger';
import type { DenialLog } from './denials';
import { problem, ProblemException } from './problem';

export interface ProblemFilterOptions {
  /** Meaning of a code in one line; becomes `title`. */
  readonly titleOf: (code: string) => string;
  /** What to do about it, where something is known; becomes `remedy`. */
  readonly remedyOf?: (code: string) => string | undefined;
  readonly log: LogPort;
  /** Is told of requests without the right, and of bodies beyond the limit. */
  readonly denials?: Pick<DenialLog, 'denied'>;
}

const DENIED: ReadonlySet<number> = new Set([401, 403, 413]);

interface HttpRequest {
  readonly method: string;
  readonly originalUrl: string;
  readonly socket?: { readonly remoteAddress?: string | undefined };
}
interface HttpResponse {
  readonly headersSent: boolean;
  status(code: number): HttpResponse;
  type(value: string): HttpResponse;
  setHeader(name: string, value: string): unknown;
  json(body: unknown): unknown;
  end(): unknown;
}

/** Every failure leaves as `application/problem+json` (RFC 9457) with `code` and `where`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly options: ProblemFilterOptions) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<HttpRequest>();
    const response = http.getResponse<HttpResponse>();
    const { refusal, issues, status } = toProblem(exception, request);
    if (status >= 500) {
      const err = exception instanceof Error ? exception : new Error(String(exception));
      const fields = { err, method: request.method, url: request.originalUrl, code: refusal.code };
      this.options.log.error('request failed', fields);
    }
    if (DENIED.has(status))
      this.options.denials?.denied({
        code: refusal.code,
        reason: refusal.reason,
        method: request.method,
        path: request.originalUrl.split('?')[0] ?? '',
        client: request.socket?.remoteAddress ?? '',
      });
    // A stream that has begun cannot turn into a problem; it ends and the client asks again.
    if (response.headersSent) {
      response.end();
      return;
    }
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    const { titleOf, remedyOf } = this.options;
    const remedy = remedyOf?.(refusal.code);
    const body = problemOf(refusal, titleOf(refusal.code), request.originalUrl, remedy);
    response
      .status(status)
      .type(PROBLEM_MEDIA_TYPE)
      .json({ ...body, status, ...(issues.length > 1 ? { issues } : {}) });
  }
}

function toProblem(exception: unknown, request: HttpRequest): ProblemException {
  if (exception instanceof ProblemException) return exception;
  const status = statusOf(exception);
  const reason = exception instanceof Error ? exception.message : String(exception);
  if (status === 404) return problem('not-found', request.originalUrl, reason);
  if (status === 413) {
    const refusal = { code: 'limit-exceeded', where: 'body', reason: 'The body is too large.' };
    return new ProblemException(refusal, [], status);
  }
  if (status >= 400 && status < 500) {
    const where = bodyFailed(exception) ? 'body' : '';
    return new ProblemException({ code: 'request-invalid', where, reason }, [], status);
  }
  // What broke inside is for the log, not for the caller.
  return problem('internal', '', 'The request could not be handled; the log says why.');
}

function statusOf(exception: unknown): number {
  if (exception instanceof HttpException) return exception.getStatus();
  const status = (exception as { status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : 500;
}

/** Express's body parser marks its errors with a `type` such as `entity.parse.failed`. */
function bodyFailed(exception: unknown): boolean {
  const direct = (exception as { type?: unknown } | null)?.type;
  if (typeof direct === 'string') return /^(entity|encoding|charset)\./.test(direct);
  return exception instanceof HttpException && /JSON/.test(exception.message);
}
