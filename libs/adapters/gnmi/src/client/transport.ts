import { credentials, Metadata, type ChannelCredentials, type ClientOptions } from '@grpc/grpc-js';

/** How the connection is secured; certificates are PEM. */
export type TlsSettings =
  /** Plain text, for loopback and laboratories. */
  | { readonly mode: 'insecure' }
  | { readonly mode: 'tls'; readonly ca?: Buffer; readonly serverName?: string }
  | {
      readonly mode: 'mutual';
      readonly ca?: Buffer;
      readonly cert: Buffer;
      readonly key: Buffer;
      readonly serverName?: string;
    };

export interface TransportSettings {
  /** A function is asked at each new connection, so that certificates can be renewed. */
  readonly tls: TlsSettings | (() => TlsSettings);
  /** Sent as metadata `username` and `password` with every call (gNMI specification 3.1). */
  readonly credentials?: { readonly username: string; readonly password: string } | undefined;
  /** Default 30 s, which is also the least: devices answer eager pings with GOAWAY. */
  readonly keepaliveMs?: number | undefined;
  /** Largest message taken from a device; a whole counter table can be several MB. */
  readonly maxMessageBytes?: number | undefined;
}

const LEAST_KEEPALIVE_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** What a new connection would be secured with now. */
export const tlsNow = ({ tls }: TransportSettings): TlsSettings =>
  typeof tls === 'function' ? tls() : tls;

export function channelCredentials(tls: TlsSettings): ChannelCredentials {
  if (tls.mode === 'insecure') return credentials.createInsecure();
  if (tls.mode === 'tls') return credentials.createSsl(tls.ca ?? null);
  return credentials.createSsl(tls.ca ?? null, tls.key, tls.cert);
}

export function channelOptions(settings: TransportSettings): ClientOptions {
  const tls = tlsNow(settings);
  const serverName = tls.mode === 'insecure' ? undefined : tls.serverName;
  return {
    'grpc.keepalive_time_ms': Math.max(LEAST_KEEPALIVE_MS, settings.keepaliveMs ?? 0),
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    'grpc.max_receive_message_length': settings.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES,
    'grpc.enable_channelz': 0,
    // What is sent again after a failure is decided by the engine, from a read-back.
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    // Telemetry must not hold up the writer of the same device: no shared connections.
    'grpc.use_local_subchannel_pool': 1,
    ...(serverName === undefined ? {} : { 'grpc.ssl_target_name_override': serverName }),
  };
}

export function callMetadata(settings: TransportSettings): Metadata {
  const metadata = new Metadata();
  if (settings.credentials !== undefined) {
    metadata.set('username', settings.credentials.username);
    metadata.set('password', settings.credentials.password);
  }
  return metadata;
}
