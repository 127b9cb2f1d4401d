/** The gRPC side of a speaker: calls that report and never throw, paths to and from the wire. */
export { SpeakerClient, type RpcResult, type TlsAuthorities } from './client';
export { decodePath, type LocalPath } from './decode';
export { encodePath, familyOf } from './encode';
export { neighboursOf, readPaths, type Neighbours, type Reading, type Selection } from './reading';
export { encodeSrPolicy } from './sr-policy-wire';
