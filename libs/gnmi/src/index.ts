/**
 * gNMI paths and typed values: one codec for clients and targets. Paths are canonical text
 * (`/a/b[k=v]/c`: keys sorted, no module prefixes, `]` and `\` escaped in key values), leaves are
 * RFC 7951 values, and bad input of a peer is a GnmiError with the gRPC status it deserves.
 */
export * from './error';
export * from './leaf';
export * from './path';
export * from './parse-cache';
export * from './proto-path';
export * from './pattern';
export * from './json-text';
export * from './typed-value';
export * from './json-tree';
export * from './schema';
