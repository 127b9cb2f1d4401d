import type { Result } from '@weir/core/base';
import { ok, refuse } from '@weir/core/base';
import type { ConfigImage, LeafDiff, LeafValue } from '@weir/core/model';
import type { StaticRoute } from '@weir/core/ports';
import { parsedPath, parsePath } from '@weir/gnmi';
import { DiffBuilder } from './diff-builder';
import { nextHop, STATIC_ROUTES, staticRoute } from './openconfig-paths';

interface NextHop {
  readonly index: string;
  /** Every leaf of the entry, by the rest of its path. */
  readonly leaves: Map<string, LeafValue>;
}

const NEXT_HOPS = '/next-hops/next-hop[';
const ADDRESS = '/config/next-hop';
const WEIGHT = '/config/wecmp-weight';
const INTERFACE = '/interface-ref/config/interface';

/** A route without wecmp-weight spreads evenly, as if each next hop had weight 1. */
const DEFAULT_WEIGHT = 1;

/**
 * All routes of an image. Works on the text: images are large and read anew after every change,
 * so only the one leaf that every next hop has is taken apart.
 */
export function readRoutes(image: ConfigImage): readonly StaticRoute[] {
  const routes = new Map<string, StaticRoute['nextHops'][number][]>();
  for (const [path, address] of image) {
    if (!path.endsWith(ADDRESS) || !path.startsWith(STATIC_ROUTES)) continue;
    const { prefix, index, interfacePath, weightPath } = placeOf(path);
    const hop = {
      index,
      address: String(address),
      interface: String(image.get(interfacePath) ?? ''),
      weight: weightOf(image.get(weightPath)),
    };
    const hops = routes.get(prefix);
    if (hops === undefined) routes.set(prefix, [hop]);
    else hops.push(hop);
  }
  return [...routes].map(([prefix, nextHops]) => ({ prefix, nextHops }));
}

interface Place {
  readonly prefix: string;
  readonly index: string;
  readonly interfacePath: string;
  readonly weightPath: string;
}

/** Taken apart once: images of a device, and of devices alike, hold the same paths. Bounded. */
const places = new Map<string, Place>();
const MAX_PLACES = 262_144;

function placeOf(addressPath: string): Place {
  let place = places.get(addressPath);
  if (place !== undefined) return place;
  const entry = addressPath.slice(0, -ADDRESS.length);
  const elems = parsePath(entry);
  place = {
    prefix: elems.at(-3)?.key['prefix'] ?? '',
    index: elems.at(-1)?.key['index'] ?? '',
    interfacePath: entry + INTERFACE,
    weightPath: entry + WEIGHT,
  };
  if (places.size >= MAX_PLACES) places.clear();
  places.set(addressPath, place);
  return place;
}

/**
 * New weights by egress interface. A next hop whose interface has weight 0 or is not named goes
 * with all its leaves; one that is not configured cannot come back, because only the device's
 * configuration knows its address.
 */
export function renderRoute(
  image: ConfigImage,
  prefix: string,
  weights: Readonly<Record<string, number>>,
): Result<readonly LeafDiff[]> {
  const where = staticRoute(prefix);
  const hops = nextHopsOf(image, prefix);
  if (hops.length === 0)
    return refuse('not-found', where, `There is no static route for ${prefix} to change.`);
  const refused = checkWeights(where, hops, weights);
  if (refused !== null) return refused;

  const builder = new DiffBuilder(image);
  const shares = sharesOf(hops, weights);
  for (const hop of hops) {
    const entry = nextHop(prefix, hop.index);
    const weight = shares.get(hop) ?? 0;
    if (weight > 0) builder.set(entry + WEIGHT, String(weight));
    else for (const rest of hop.leaves.keys()) builder.set(entry + rest, null);
  }
  return ok(builder.diffs);
}

function checkWeights(
  where: string,
  hops: readonly NextHop[],
  weights: Readonly<Record<string, number>>,
): ReturnType<typeof refuse> | null {
  const known = new Set(hops.map(interfaceOf));
  if (known.has(''))
    return refuse(
      'capability-missing',
      where,
      'A next hop names no interface (interface-ref), so its share cannot be set.',
    );
  let total = 0;
  for (const [iface, weight] of Object.entries(weights)) {
    if (!Number.isSafeInteger(weight) || weight < 0)
      return refuse('schema-invalid', where, `Weight ${weight} of ${iface} is not a whole number.`);
    if (weight > 0 && !known.has(iface))
      return refuse(
        'no-alternative',
        where,
        `No next hop over ${iface} is configured, and its address is not known.`,
      );
    total += weight;
  }
  if (total === 0)
    return refuse('black-hole', where, 'All weights are 0: the prefix would have no next hop.');
  return null;
}

/** Next hops over the same interface share its weight as evenly as whole numbers allow. */
function sharesOf(
  hops: readonly NextHop[],
  weights: Readonly<Record<string, number>>,
): ReadonlyMap<NextHop, number> {
  const shares = new Map<NextHop, number>();
  for (const [iface, weight] of Object.entries(weights)) {
    const same = hops.filter((hop) => interfaceOf(hop) === iface);
    same.forEach((hop, i) =>
      shares.set(hop, Math.floor(weight / same.length) + (i < weight % same.length ? 1 : 0)),
    );
  }
  return shares;
}

/** Next hops of one prefix with all their leaves. */
function nextHopsOf(image: ConfigImage, prefix: string): readonly NextHop[] {
  const start = `${staticRoute(prefix)}/`;
  const entries = new Map<string, NextHop>();
  for (const path of pathsOfRoute(image, start)) {
    const value = image.get(path);
    // The index is of the image as it was when it was first asked; leaves may have gone since.
    if (value === undefined) continue;
    const end = endOfNextHop(path);
    if (end < 0) continue;
    const entry = path.slice(0, end);
    let hop = entries.get(entry);
    if (hop === undefined) {
      hop = { index: parsedPath(entry).elems.at(-1)?.key['index'] ?? '', leaves: new Map() };
      entries.set(entry, hop);
    }
    hop.leaves.set(path.slice(end), value);
  }
  return [...entries.values()];
}

/** Leaves of each static route, by image: a plan asks for hundreds of routes of the same one. */
const routePaths = new WeakMap<ConfigImage, ReadonlyMap<string, readonly string[]>>();

/** `start` is the path of the route's list entry with a slash. */
function pathsOfRoute(image: ConfigImage, start: string): readonly string[] {
  let routes = routePaths.get(image);
  if (routes === undefined) {
    const found = new Map<string, string[]>();
    for (const path of image.keys()) {
      const end = path.indexOf(NEXT_HOPS);
      if (end < 0 || !path.startsWith(STATIC_ROUTES)) continue;
      const route = path.slice(0, end + 1);
      const paths = found.get(route);
      if (paths === undefined) found.set(route, [path]);
      else paths.push(path);
    }
    routePaths.set(image, (routes = found));
  }
  return routes.get(start) ?? [];
}

/** Where the list entry of a next hop ends in a path, or -1 for other paths. */
function endOfNextHop(path: string): number {
  const at = path.indexOf(NEXT_HOPS);
  if (at < 0) return -1;
  // Leaves stand in `config` or `interface-ref/config`; an index may hold slashes and brackets.
  const ref = path.lastIndexOf(']/interface-ref/');
  return (ref > at ? ref : path.lastIndexOf(']/config/')) + 1 || -1;
}

const interfaceOf = (hop: NextHop): string => String(hop.leaves.get(INTERFACE) ?? '');

function weightOf(leaf: LeafValue | undefined): number {
  const weight = Number(leaf ?? DEFAULT_WEIGHT);
  return Number.isFinite(weight) ? weight : DEFAULT_WEIGHT;
}
