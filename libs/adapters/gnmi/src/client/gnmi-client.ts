import {
  Client,
  connectivityState,
  type ClientDuplexStream,
  type Metadata,
  type ServiceError,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { gnmi } from '@weir/proto-gen';
import {
  callMetadata,
  channelCredentials,
  channelOptions,
  tlsNow,
  type TransportSettings,
} from './transport';

export type RpcResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ServiceError };

/** A Subscribe stream whose responses stay bytes. */
export type RawSubscribe = ClientDuplexStream<gnmi.SubscribeRequest, Buffer>;

interface UnaryMethod<Request, Response> {
  readonly path: string;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

const { capabilities, get, set, subscribe } = gnmi.gNMIService satisfies Record<
  keyof UntypedServiceImplementation,
  unknown
>;

/** One connection to one target. Calls never throw and are never sent twice. */
export class GnmiClient {
  private readonly client: Client;
  private readonly metadata: Metadata;

  constructor(address: string, settings: TransportSettings) {
    const credentials = channelCredentials(tlsNow(settings));
    this.client = new Client(address, credentials, channelOptions(settings));
    this.metadata = callMetadata(settings);
  }

  capabilities(timeoutMs: number): Promise<RpcResult<gnmi.CapabilityResponse>> {
    return this.unary(capabilities, { extension: [] }, timeoutMs);
  }

  get(request: gnmi.GetRequest, timeoutMs: number): Promise<RpcResult<gnmi.GetResponse>> {
    return this.unary(get, request, timeoutMs);
  }

  set(request: gnmi.SetRequest, timeoutMs: number): Promise<RpcResult<gnmi.SetResponse>> {
    return this.unary(set, request, timeoutMs);
  }

  /** Without `timeoutMs` the stream has no deadline. */
  subscribe(timeoutMs?: number): RawSubscribe {
    return this.client.makeBidiStreamRequest(
      subscribe.path,
      subscribe.requestSerialize,
      (bytes: Buffer) => bytes,
      this.metadata,
      timeoutMs === undefined ? {} : { deadline: deadlineIn(timeoutMs) },
    );
  }

  /** Calls back once, when the present connection (or the attempt at one) has ended. */
  onDisconnect(handler: () => void): void {
    const channel = this.client.getChannel();
    const watch = (): void => {
      const state = channel.getConnectivityState(false);
      if (state === connectivityState.SHUTDOWN) return;
      channel.watchConnectivityState(state, Infinity, () => {
        if (state === connectivityState.READY) handler();
        else watch();
      });
    };
    watch();
  }

  close(): void {
    this.client.close();
  }

  private unary<Request, Response>(
    method: UnaryMethod<Request, Response>,
    request: Request,
    timeoutMs: number,
  ): Promise<RpcResult<Response>> {
    return new Promise((resolve) => {
      this.client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request,
        this.metadata,
        { deadline: deadlineIn(timeoutMs) },
        (error, value) => {
          if (error !== null) resolve({ ok: false, error });
          else if (value !== undefined) resolve({ ok: true, value });
        },
      );
    });
  }
}

/** gRPC measures deadlines by the system clock, whatever clock the engine runs on. */
const deadlineIn = (timeoutMs: number): Date => new Date(Date.now() + timeoutMs);
