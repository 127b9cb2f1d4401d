import { formatElem } from '@weir/gnmi';

/** Canonical paths of the OpenConfig subtrees that a Linux switch has. */
export const NETWORK_INSTANCE = '/network-instances/network-instance[name=DEFAULT]';
export const STATIC_PROTOCOL = `${NETWORK_INSTANCE}/protocols/protocol[identifier=STATIC][name=DEFAULT]`;
export const AFTS = `${NETWORK_INSTANCE}/afts`;

export const STATIC_ROUTES = `${STATIC_PROTOCOL}/static-routes`;

export const staticPath = (prefix: string): string => entry(STATIC_ROUTES, 'static', { prefix });

export const nextHopPath = (prefix: string, index: string): string =>
  entry(`${staticPath(prefix)}/next-hops`, 'next-hop', { index });

/** Canonical path of a list entry, its key values escaped. */
export const entry = (list: string, name: string, key: Readonly<Record<string, string>>): string =>
  `${list}/${formatElem({ name, key })}`;
