import { status as GrpcStatus } from '@grpc/grpc-js';

/** gRPC status codes by name, as in the gRPC specification. */
export { GrpcStatus };

/**
 * A gNMI request that is answered by a gRPC status. Thrown by codecs and targets on bad input of
 * a peer; `code` is the status the peer gets (gNMI specification 3.3.4, 3.4.7).
 */
export class GnmiError extends Error {
  constructor(
    readonly code: GrpcStatus,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'GnmiError';
  }
}

export const invalidArgument = (message: string): GnmiError =>
  new GnmiError(GrpcStatus.INVALID_ARGUMENT, message);
export const notFound = (message: string): GnmiError =>
  new GnmiError(GrpcStatus.NOT_FOUND, message);
export const unimplemented = (message: string): GnmiError =>
  new GnmiError(GrpcStatus.UNIMPLEMENTED, message);
export const failedPrecondition = (message: string): GnmiError =>
  new GnmiError(GrpcStatus.FAILED_PRECONDITION, message);
export const aborted = (message: string): GnmiError => new GnmiError(GrpcStatus.ABORTED, message);

/** Name of a status code for messages, e.g. `NOT_FOUND`. */
export const statusName = (code: number): string => GrpcStatus[code] ?? `code ${code}`;

/** Longer ones do not fit into the trailers of an answer, and the caller would wait in vain. */
const MAX_DETAILS = 1_000;

/** A message as it can be sent in `grpc-message`: cut, and without halves of characters. */
export function statusDetails(message: string): string {
  const cut = message.length <= MAX_DETAILS ? message : `${message.slice(0, MAX_DETAILS)}...`;
  return cut.replace(/\p{Surrogate}/gu, '?');
}
