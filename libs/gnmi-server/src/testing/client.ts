import { credentials, Metadata, type ChannelCredentials, type ServiceError } from '@grpc/grpc-js';
import { gnmi, type gnmiExt } from '@weir/proto-gen';
import { formatPath, elemsOf, plainValue, toProtoPath, type LeafValue } from '@weir/gnmi';

const { Encoding } = gnmi;

/** A change for a SetRequest: path and value, as JSON_IETF. */
export type Written = readonly [path: string, value: unknown];

export const jsonIetf = (value: unknown): gnmi.TypedValue => ({
  value: { $case: 'jsonIetfVal', value: Buffer.from(JSON.stringify(value)) },
});

const updateOf = ([path, value]: Written): gnmi.Update =>
  gnmi.Update.create({ path: toProtoPath(path), val: jsonIetf(value) });

export function setRequest(parts: {
  readonly delete?: readonly string[];
  readonly replace?: readonly Written[];
  readonly update?: readonly Written[];
  readonly commit?: gnmiExt.Commit;
}): gnmi.SetRequest {
  return gnmi.SetRequest.create({
    delete: (parts.delete ?? []).map((path) => toProtoPath(path)),
    replace: (parts.replace ?? []).map(updateOf),
    update: (parts.update ?? []).map(updateOf),
    extension:
      parts.commit === undefined ? [] : [{ ext: { $case: 'commit', value: parts.commit } }],
  });
}

/** A grpc-js client as the tests of the target need it: promises, status codes, path texts. */
export class TestClient {
  readonly raw: gnmi.gNMIClient;
  readonly metadata = new Metadata();

  constructor(port: number, channel: ChannelCredentials = credentials.createInsecure()) {
    this.raw = new gnmi.gNMIClient(`localhost:${port}`, channel, {
      // Tests cut connections: come back at once.
      'grpc.initial_reconnect_backoff_ms': 20,
      'grpc.max_reconnect_backoff_ms': 50,
    });
  }

  capabilities(): Promise<gnmi.CapabilityResponse> {
    return promised((done) =>
      this.raw.capabilities(gnmi.CapabilityRequest.create(), this.metadata, done),
    );
  }

  set(request: gnmi.SetRequest): Promise<gnmi.SetResponse> {
    return promised((done) => this.raw.set(request, this.metadata, done));
  }

  get(request: gnmi.GetRequest): Promise<gnmi.GetResponse> {
    return promised((done) => this.raw.get(request, this.metadata, done));
  }

  /** Values by path of a Get; JSON trees are parsed. */
  async read(
    paths: readonly string[],
    type = gnmi.GetRequest_DataType.ALL,
    encoding: gnmi.Encoding = Encoding.JSON_IETF,
  ): Promise<Record<string, unknown>> {
    const path = paths.map((text) => toProtoPath(text));
    const response = await this.get(gnmi.GetRequest.create({ path, type, encoding }));
    return Object.assign({}, ...response.notification.map(valuesOf)) as Record<string, unknown>;
  }

  /** Status code of a Set: 0 is OK. */
  async setCode(request: gnmi.SetRequest): Promise<number> {
    return codeOf(this.set(request));
  }

  close(): void {
    this.raw.close();
  }
}

const promised = <T>(
  call: (done: (error: ServiceError | null, response: T) => void) => void,
): Promise<T> =>
  new Promise((resolve, reject) => {
    call((error, response) => (error === null ? resolve(response) : reject(error)));
  });

/** gRPC status of a promise: 0 when it resolves. */
export const codeOf = (call: Promise<unknown>): Promise<number> =>
  call.then(
    () => 0,
    (error: ServiceError) => error.code,
  );

/** Updates of a notification by absolute path. */
export function valuesOf(notification: gnmi.Notification): Record<string, unknown> {
  const prefix = elemsOf(notification.prefix);
  return Object.fromEntries(
    notification.update.map((update) => [
      formatPath([...prefix, ...elemsOf(update.path)]),
      plainValue(update.val) as LeafValue,
    ]),
  );
}
