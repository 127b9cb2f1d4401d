import { status, type ServiceError } from '@grpc/grpc-js';
import { formatIssues, PROBLEM_STATUS, summarize } from '@weir/contracts';
import type { Refusal, Result } from '@weir/core/base';
import { statusDetails } from '@weir/gnmi';
import type { z } from 'zod';

/** gRPC code of each HTTP status that problem details use. */
const CODES: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  409: status.FAILED_PRECONDITION,
  422: status.FAILED_PRECONDITION,
  429: status.RESOURCE_EXHAUSTED,
  502: status.UNAVAILABLE,
  503: status.UNAVAILABLE,
};

/** An expected failure of a call; the message begins with Weir's stable code. */
export class GrpcRefusal extends Error implements Pick<ServiceError, 'code' | 'details'> {
  readonly code: status;
  readonly details: string;

  constructor(refusal: Pick<Refusal, 'code' | 'reason' | 'where'>) {
    const where = refusal.where === '' ? '' : `${refusal.where}: `;
    const details = statusDetails(`${refusal.code}: ${where}${refusal.reason}`);
    super(details);
    this.details = details;
    this.code = CODES[PROBLEM_STATUS[refusal.code] ?? 500] ?? status.INTERNAL;
  }
}

export function valueOf<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new GrpcRefusal(result.error);
}

export const badArgument = (where: string, reason: string): GrpcRefusal =>
  new GrpcRefusal({ code: 'request-invalid', where, reason });

/** The same for what a schema refuses. */
export const isGrpcRefusal = (error: unknown): error is GrpcRefusal => error instanceof GrpcRefusal;

/** A part of a request, held to the schema of the REST body. */
export function checked<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { where, reason } = summarize(formatIssues(parsed.error));
  throw badArgument(where, reason);
}
