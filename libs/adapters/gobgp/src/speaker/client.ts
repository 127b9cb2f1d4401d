import {
  credentials,
  Metadata,
  type ChannelCredentials,
  type ClientReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import type { BgpSpeaker } from '@weir/core/model';
import { gobgp } from '@weir/proto-gen';

export type RpcResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ServiceError };

/** Authorities that may have signed a speaker's certificate, PEM; null: those of the system. */
export type TlsAuthorities = () => Buffer | null;

/** A speaker may hold the whole table of its router. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** gobgpd takes messages of 4 MB; a path is some hundred bytes. */
const PATHS_PER_MESSAGE = 2_000;

/** One connection to one speaker. Calls never throw and are never sent twice. */
export class SpeakerClient {
  private readonly stub: gobgp.GobgpApiClient;

  constructor(speaker: BgpSpeaker, authorities: TlsAuthorities) {
    const { serverName } = speaker.tls;
    this.stub = new gobgp.GobgpApiClient(speaker.address, credentialsOf(speaker, authorities), {
      'grpc.enable_retries': 0,
      'grpc.enable_channelz': 0,
      'grpc.service_config_disable_resolution': 1,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
      // A speaker that was restarted is there again within a second.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 2_000,
      ...(serverName === null ? {} : { 'grpc.ssl_target_name_override': serverName }),
    });
  }

  /** All paths of a family that the global table holds, or those of some prefixes. */
  listPaths(
    family: gobgp.Family,
    prefixes: readonly string[] | null,
    timeoutMs: number,
  ): Promise<RpcResult<readonly gobgp.Path[]>> {
    const request = gobgp.ListPathRequest.create({
      tableType: gobgp.TableType.GLOBAL,
      family,
      prefixes: (prefixes ?? []).map((prefix) => ({ prefix })),
    });
    return collect(this.stub.listPath(request, deadline(timeoutMs)), (answer) =>
      answer.destination === undefined ? [] : answer.destination.paths,
    );
  }

  listPeers(timeoutMs: number): Promise<RpcResult<readonly gobgp.Peer[]>> {
    const request = { address: '' };
    return collect(this.stub.listPeer(request, deadline(timeoutMs)), ({ peer }) =>
      peer === undefined ? [] : [peer],
    );
  }

  /** All of them or none, as far as one message goes. */
  addPaths(paths: readonly gobgp.Path[], timeoutMs: number): Promise<RpcResult<void>> {
    return new Promise((resolve) => {
      const stream = this.stub.addPathStream(deadline(timeoutMs), (error) => {
        resolve(error === null ? { ok: true, value: undefined } : { ok: false, error });
      });
      for (let i = 0; i < paths.length; i += PATHS_PER_MESSAGE)
        stream.write({
          tableType: gobgp.TableType.GLOBAL,
          vrfId: '',
          paths: paths.slice(i, i + PATHS_PER_MESSAGE),
        });
      stream.end();
    });
  }

  /** Deleting what is not there is no error here, whatever the version of the speaker says. */
  deletePath(path: gobgp.Path, timeoutMs: number): Promise<RpcResult<void>> {
    const { family } = path;
    const request = gobgp.DeletePathRequest.create({ ...(family && { family }), path });
    return unary((done) =>
      this.stub.deletePath(request, new Metadata(), deadline(timeoutMs), done),
    ).then((result) =>
      result.ok || !isAbsent(result.error) ? result : { ok: true, value: undefined },
    );
  }

  /** Whether a list of this name was made since the speaker started. */
  async hasMark(name: string, timeoutMs: number): Promise<RpcResult<boolean>> {
    const request = { definedType: gobgp.DefinedType.COMMUNITY, name };
    const found = await collect(
      this.stub.listDefinedSet(request, deadline(timeoutMs)),
      ({ definedSet }) => (definedSet?.name === name ? [definedSet] : []),
    );
    return found.ok ? { ok: true, value: found.value.length > 0 } : found;
  }

  /** A list of communities that no policy refers to: it changes no route. */
  mark(name: string, timeoutMs: number): Promise<RpcResult<void>> {
    const definedSet = {
      definedType: gobgp.DefinedType.COMMUNITY,
      name,
      list: ['65535:65535'],
    };
    return unary((done) =>
      this.stub.addDefinedSet({ definedSet }, new Metadata(), deadline(timeoutMs), done),
    );
  }

  /** Best paths and sessions as they change. No deadline: it ends with the speaker or by cancel. */
  watch(): ClientReadableStream<gobgp.WatchEventResponse> {
    const filters = [{ type: gobgp.WatchEventRequest_TableFilter_Filter_Type.BEST, init: false }];
    return this.stub.watchEvent({ peer: {}, table: { filters } });
  }

  close(): void {
    this.stub.close();
  }
}

const isAbsent = ({ details, message }: ServiceError): boolean =>
  `${details} ${message}`.includes("can't find a specified path");

function credentialsOf(
  { tls }: Pick<BgpSpeaker, 'tls'>,
  authorities: TlsAuthorities,
): ChannelCredentials {
  return tls.mode === 'insecure'
    ? credentials.createInsecure()
    : credentials.createSsl(authorities());
}

/** gRPC measures deadlines by the system clock, whatever clock the engine runs on. */
const deadline = (timeoutMs: number): { deadline: Date } => ({
  deadline: new Date(Date.now() + timeoutMs),
});

function unary(
  call: (done: (error: ServiceError | null) => void) => unknown,
): Promise<RpcResult<void>> {
  return new Promise((resolve) => {
    call((error) => {
      resolve(error === null ? { ok: true, value: undefined } : { ok: false, error });
    });
  });
}

function collect<Message, Item>(
  stream: ClientReadableStream<Message>,
  itemsOf: (message: Message) => readonly Item[],
): Promise<RpcResult<readonly Item[]>> {
  return new Promise((resolve) => {
    const items: Item[] = [];
    stream.on('data', (message: Message) => {
      for (const item of itemsOf(message)) items.push(item);
    });
    stream.on('error', (error: ServiceError) => {
      resolve({ ok: false, error });
    });
    stream.on('end', () => {
      resolve({ ok: true, value: items });
    });
  });
}
