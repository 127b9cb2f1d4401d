import {
  type sendUnaryData,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { gnmi } from '@weir/proto-gen';
import { GnmiError, GrpcStatus, statusDetails } from '@weir/gnmi';
import type { RpcName, TargetOptions } from './backend';
import { authenticate } from './auth';
import { answerGet } from './get';
import { ENCODINGS } from './request';
import type { Transactions } from './set/transaction';
import { serveSubscribe, type SubscribeCall } from './subscribe/handler';
import type { SessionDeps } from './subscribe/stream-session';

/** gNMI version of proto/gnmi/gnmi.proto. */
export const GNMI_VERSION = '0.10.0';
const DEFAULT_MIN_SAMPLE_MS = 100;

/** The generated definition, except that Subscribe writes messages that are encoded already. */
export const SERVICE_DEFINITION = {
  ...gnmi.gNMIService,
  subscribe: {
    ...gnmi.gNMIService.subscribe,
    responseSerialize: (message: Buffer): Buffer => message,
  },
};

/** The four RPCs over the parts of a target. */
export function serviceOf(
  options: TargetOptions,
  deps: SessionDeps,
  transactions: Transactions,
): UntypedServiceImplementation {
  const { backend } = options;
  const name = options.name ?? '';
  const limits = {
    minSampleMs: options.minSampleMs ?? DEFAULT_MIN_SAMPLE_MS,
    models: backend.models,
    name,
  };

  const admit = async (
    rpc: RpcName,
    call: { metadata: SubscribeCall['metadata'] },
  ): Promise<void> => {
    authenticate(call.metadata, options.credentials ?? null);
    await deps.behaviour.beforeRpc?.(rpc);
  };

  const unary =
    <Request, Response>(rpc: RpcName, answer: (request: Request) => Promise<Response> | Response) =>
    (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
      admit(rpc, call)
        .then(() => answer(call.request))
        .then((response) => reply(null, response))
        .catch((error: unknown) => reply(statusOf(error, deps.onError)));
    };

  return {
    capabilities: unary<gnmi.CapabilityRequest, gnmi.CapabilityResponse>('Capabilities', () => ({
      supportedModels: [...backend.models],
      supportedEncodings: [...ENCODINGS],
      gNMIVersion: GNMI_VERSION,
      extension: [],
    })),
    get: unary<gnmi.GetRequest, gnmi.GetResponse>('Get', (request) =>
      answerGet(deps.tree, request, backend.models, name),
    ),
    set: unary<gnmi.SetRequest, gnmi.SetResponse>('Set', (request) => transactions.set(request)),
    subscribe: (call: SubscribeCall): void => {
      const fail = (error: unknown): void => void call.emit('error', statusOf(error, deps.onError));
      admit('Subscribe', call)
        .then(() => serveSubscribe(call, limits, deps, fail))
        .catch(fail);
    },
  };
}

/** The status that a failure is answered with; what is not a GnmiError is our own fault. */
function statusOf(
  error: unknown,
  onError: (message: string, error: unknown) => void,
): { code: GrpcStatus; details: string; name: string; message: string } {
  const known = error instanceof GnmiError;
  if (!known) onError('request failed', error);
  const code = known ? error.code : GrpcStatus.INTERNAL;
  const details = known ? statusDetails(error.message) : 'internal error of the target';
  return { code, details, name: 'GnmiError', message: details };
}
