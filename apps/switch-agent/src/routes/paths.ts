/** Canonical paths of the OpenConfig subtrees that a Linux switch has. */
export const NETWORK_INSTANCE = '/network-instances/network-instance[name=DEFAULT]';
export const STATIC_PROTOCOL = `${NETWORK_INSTANCE}/protocols/protocol[identifier=STATIC][name=DEFAULT]`;
export const AFTS = `${NETWORK_INSTANCE}/afts`;

export const staticPath = (prefix: string): string =>
  `${STATIC_PROTOCOL}/static-routes/static[prefix=${escapeKey(prefix)}]`;

export const nextHopPath = (prefix: string, index: string): string =>
  `${staticPath(prefix)}/next-hops/next-hop[index=${escapeKey(index)}]`;

/** Key values in canonical text: `]` and the backslash itself are escaped by a backslash. */
export const escapeKey = (value: string): string => value.replace(/[\]\\]/g, '\\$&');
export const unescapeKey = (value: string): string => value.replace(/\\(.)/g, '$1');
