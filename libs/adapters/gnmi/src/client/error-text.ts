import type { ServiceError } from '@grpc/grpc-js';
import { statusName } from '@weir/gnmi';

/** What a failed call says, with the name of its status. */
export const errorText = (error: ServiceError): string =>
  `${statusName(error.code)}: ${error.details || error.message}`;
