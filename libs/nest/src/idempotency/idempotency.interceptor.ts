import { createHash } from 'node:crypto';
import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { from, map, tap, type Observable } from 'rxjs';
import { IDEMPOTENCY_HEADER } from '@weir/contracts';
import type { Principal } from '../auth/principal';
import { problem } from '../problem/problem';
import { IdempotencyStore } from './idempotency-store';

interface WriteRequest {
  readonly method: string;
  readonly originalUrl: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  readonly principal?: Principal;
}
interface WriteResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
}

const KEY = /^[!-~]{1,255}$/;
const WHERE = `header.${IDEMPOTENCY_HEADER}`;

/**
 * `Idempotency-Key` on writes: the same key with the same request gives the first answer again
 * (marked `Idempotent-Replayed: true`); with another request it is refused. Keys are per caller.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly store: IdempotencyStore) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<WriteRequest>();
    const key = request.headers[IDEMPOTENCY_HEADER];
    if (key === undefined || request.method === 'GET' || request.method === 'HEAD')
      return next.handle();
    if (typeof key !== 'string' || !KEY.test(key))
      throw problem('request-invalid', WHERE, '1 to 255 visible ASCII characters are allowed.');
    const claim = this.store.claim(
      `${request.principal?.name ?? ''}\n${key}`,
      fingerprint(request),
    );
    const response = context.switchToHttp().getResponse<WriteResponse>();
    switch (claim.kind) {
      case 'conflict':
        throw problem(
          'idempotency-conflict',
          WHERE,
          'The key was used before with another request.',
        );
      case 'replay':
        return from(claim.answer).pipe(map(({ status, body }) => replay(response, status, body)));
      case 'run':
        return next.handle().pipe(
          tap({
            next: (body) => {
              claim.settle({ status: response.statusCode, body });
            },
            error: (error: unknown) => {
              claim.fail(error);
            },
          }),
        );
    }
  }
}

function replay(response: WriteResponse, status: number, body: unknown): unknown {
  response.statusCode = status;
  response.setHeader('Idempotent-Replayed', 'true');
  return body;
}

function fingerprint(request: WriteRequest): string {
  const text = JSON.stringify([request.method, request.originalUrl, request.body ?? null]);
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
