import {
  invalidArgument,
  parsedPath,
  unimplemented,
  type LeafMap,
  type LeafValue,
} from '@weir/gnmi';
import { nextHopPath, NETWORK_INSTANCE, staticPath, STATIC_PROTOCOL, STATIC_ROUTES } from './paths';
import { addressMistake, prefixMistake } from './address';
import {
  defaultMetric,
  DROP,
  isIpv6Prefix,
  MAX_WEIGHT,
  type StaticNextHop,
  type StaticRoute,
} from './static-route';

/** Leaves that repeat the keys of the lists above; they carry nothing of their own. */
const KEY_LEAVES = new Set([
  `${NETWORK_INSTANCE}/config/name`,
  `${STATIC_PROTOCOL}/config/identifier`,
  `${STATIC_PROTOCOL}/config/name`,
]);

interface Draft {
  address: string | null;
  interface: string | null;
  weight: number;
  preference: number | null;
}

/**
 * The static routes that configuration leaves describe. Throws a GnmiError that begins with the
 * offending path: UNIMPLEMENTED for what a Linux switch does not do, INVALID_ARGUMENT for values.
 */
export function routesFromLeaves(leaves: LeafMap): readonly StaticRoute[] {
  const drafts = new Map<string, Map<string, Draft>>();
  for (const [path, value] of leaves) {
    if (KEY_LEAVES.has(path)) continue;
    const place = placeOf(path);
    if (place === null)
      throw unimplemented(`${path}: not configurable on this target (static routes are)`);
    const hops = drafts.get(place.prefix) ?? new Map<string, Draft>();
    drafts.set(place.prefix, hops);
    if (place.index !== null) readHopLeaf(hops, path, place.index, place.leaf, value);
    else if (place.leaf !== 'config/prefix')
      throw unimplemented(`${path}: not configurable on this target`);
  }
  return [...drafts].map(([prefix, hops]) => finishRoute(prefix, hops));
}

interface Place {
  readonly prefix: string;
  /** Index of the next hop; null for a leaf of the route itself. */
  readonly index: string | null;
  /** Path below the entry. */
  readonly leaf: string;
}

/** Elements before `static`: network instance and protocol, two each, and static-routes. */
const STATIC_DEPTH = 5;

function placeOf(path: string): Place | null {
  if (!path.startsWith(`${STATIC_ROUTES}/`)) return null;
  const elems = parsedPath(path).elems.slice(STATIC_DEPTH);
  const prefix = elems[0]?.key['prefix'];
  if (prefix === undefined) return null;
  const index = elems[1]?.name === 'next-hops' ? elems[2]?.key['index'] : undefined;
  const rest = elems.slice(index === undefined ? 1 : 3);
  return { prefix, index: index ?? null, leaf: rest.map((elem) => elem.name).join('/') };
}

function readHopLeaf(
  hops: Map<string, Draft>,
  path: string,
  index: string,
  leaf: string,
  value: LeafValue,
): void {
  const draft = hops.get(index) ?? {
    address: null,
    interface: null,
    weight: 1,
    preference: null,
  };
  hops.set(index, draft);
  switch (leaf) {
    case 'config/index':
      return;
    case 'config/next-hop':
      draft.address = checkAddress(path, value);
      return;
    case 'config/wecmp-weight':
      draft.weight = checkWeight(path, value);
      return;
    case 'config/preference':
      draft.preference = Number(value);
      return;
    case 'config/metric':
      throw unimplemented(`${path}: Linux orders routes by one number; give it as preference`);
    case 'interface-ref/config/interface':
      draft.interface = checkInterfaceName(path, value);
      return;
    default:
      throw unimplemented(`${path}: not configurable on this target`);
  }
}

function finishRoute(prefix: string, hops: ReadonlyMap<string, Draft>): StaticRoute {
  checkPrefix(prefix);
  const nextHops = [...hops]
    .sort(([a], [b]) => compareIndex(a, b))
    .map(([index, draft]) => {
      const at = nextHopPath(prefix, index);
      if (draft.address === null)
        throw invalidArgument(`${at}/config/next-hop: missing; an address or DROP is needed`);
      if (draft.address === DROP) return dropHop(prefix, index, draft);
      if (draft.address.includes('.') && isIpv6Prefix(prefix))
        throw invalidArgument(`${at}/config/next-hop: an IPv6 route needs an IPv6 neighbour`);
      if (draft.interface === null)
        throw unimplemented(
          `${at}/interface-ref/config/interface: missing; next hops are not resolved recursively`,
        );
      return { index, address: draft.address, interface: draft.interface, weight: draft.weight };
    });
  checkMembers(prefix, nextHops);
  return { prefix, metric: metricOf(prefix, hops), nextHops };
}

function dropHop(prefix: string, index: string, draft: Draft): StaticNextHop {
  const at = nextHopPath(prefix, index);
  if (isIpv6Prefix(prefix))
    throw unimplemented(`${at}/config/next-hop: DROP is offered for IPv4 prefixes only`);
  if (draft.interface !== null)
    throw invalidArgument(`${at}/interface-ref/config/interface: DROP leads over no interface`);
  return { index, address: DROP, interface: '', weight: draft.weight };
}

/** One route has one metric: next hops of another preference would be a second route. */
function metricOf(prefix: string, hops: ReadonlyMap<string, Draft>): number {
  const [first, ...others] = [...hops];
  const preference = first?.[1].preference ?? null;
  for (const [index, draft] of others)
    if (draft.preference !== preference)
      throw unimplemented(
        `${nextHopPath(prefix, index)}/config/preference: must be the same for all next hops`,
      );
  return preference === null || preference === 0 ? defaultMetric(prefix) : preference;
}

function checkMembers(prefix: string, nextHops: readonly StaticNextHop[]): void {
  const at = staticPath(prefix);
  if (nextHops.length === 0) throw invalidArgument(`${at}/next-hops: a route needs a next hop`);
  if (nextHops.every((hop) => hop.weight === 0))
    throw invalidArgument(`${at}/next-hops: every weight is 0; delete the route to withdraw it`);
  const drop = nextHops.find((hop) => hop.address === DROP);
  if (drop !== undefined && nextHops.length > 1)
    throw invalidArgument(`${nextHopPath(prefix, drop.index)}: DROP must be the only next hop`);
  const seen = new Map<string, string>();
  for (const hop of nextHops) {
    const key = `${hop.address} on ${hop.interface}`;
    const twin = seen.get(key);
    if (twin !== undefined)
      throw invalidArgument(
        `${nextHopPath(prefix, hop.index)}: ${key} is next hop ${twin} already; use its weight`,
      );
    seen.set(key, hop.index);
  }
}

function checkPrefix(prefix: string): void {
  const at = `${staticPath(prefix)}/config/prefix`;
  const mistake = prefixMistake(prefix);
  if (mistake !== null) throw invalidArgument(`${at}: "${prefix}" ${mistake}`);
}

function checkAddress(path: string, value: LeafValue): string {
  const text = String(value);
  if (text === DROP) return text;
  if (text === 'LOCAL_LINK')
    throw unimplemented(`${path}: next hop LOCAL_LINK is not offered; give an address or DROP`);
  const mistake = addressMistake(text);
  if (mistake !== null) throw invalidArgument(`${path}: "${text}" ${mistake}`);
  return text;
}

function checkWeight(path: string, value: LeafValue): number {
  const text = String(value);
  const weight = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(weight <= MAX_WEIGHT))
    throw invalidArgument(`${path}: "${text}" is not a weight of 0 to ${MAX_WEIGHT}`);
  return weight;
}

function checkInterfaceName(path: string, value: LeafValue): string {
  const text = String(value);
  // As in the kernel's dev_valid_name, without what would split or comment a batch line.
  if (/^[A-Za-z0-9_.@:+-]{1,15}$/.test(text) && text !== '.' && text !== '..') return text;
  throw invalidArgument(`${path}: "${text}" is not an interface name`);
}

/** Indexes are strings in the model and nearly always numbers: 2 comes before 10. */
function compareIndex(a: string, b: string): number {
  const [left, right] = [Number(a), Number(b)];
  if (Number.isFinite(left) && Number.isFinite(right) && left !== right) return left - right;
  return a < b ? -1 : a > b ? 1 : 0;
}
