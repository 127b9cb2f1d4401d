/** The gRPC side of a gNMI session: channel options, credentials, calls that report and never throw. */
export { errorText } from './error-text';
export { GnmiClient, type RawSubscribe, type RpcResult } from './gnmi-client';
export { tlsNow, type TlsSettings, type TransportSettings } from './transport';
