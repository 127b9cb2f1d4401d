import { parsePrefix } from '@weir/contracts';
import type { ConfigImage } from '@weir/core/model';
import type { StaticRoute } from '@weir/core/ports';
import {
  nextHopsIn,
  parseAnnouncement,
  pathKeyOf,
  SESSION,
  type Announcement,
} from '../announcement';

/**
 * Link bandwidth of one entry of the weight grid, bytes per second (1 Mb/s). Routers use the ratios
 * only; a fixed unit makes weights come back from what was announced as they were.
 */
export const UNIT_BYTES_PER_SECOND = 125_000;

/** A path of ours as the image holds it; null where it cannot be read as an announcement. */
export interface OwnPath {
  readonly path: string;
  readonly identifier: number;
  readonly announcement: Announcement | null;
}

/** Every path of ours, by prefix. */
export function ownPaths(image: ConfigImage): ReadonlyMap<string, readonly OwnPath[]> {
  const found = new Map<string, OwnPath[]>();
  for (const [path, value] of image) {
    const key = pathKeyOf(path);
    if (key === null) continue;
    const parsed = parseAnnouncement(path, key.prefix, String(value));
    const own = {
      path,
      identifier: key.identifier,
      announcement: parsed.ok ? parsed.value : null,
    };
    const paths = found.get(key.prefix);
    if (paths === undefined) found.set(key.prefix, [own]);
    else paths.push(own);
  }
  return found;
}

/**
 * What the router does with the announcements: those of highest preference, shared out by their
 * bandwidths when all of them have one. Nothing while it does not hear the speaker.
 */
export function routesOf(image: ConfigImage): readonly StaticRoute[] {
  if (image.get(SESSION) !== 'established') return [];
  const behind = { 4: interfacesIn(image, 4), 6: interfacesIn(image, 6) };
  const routes: StaticRoute[] = [];
  for (const [prefix, paths] of ownPaths(image)) {
    const parsed = parsePrefix(prefix);
    if (!parsed.ok) continue;
    const interfaces = behind[parsed.network.family];
    const used = preferred(paths);
    const weighted = used.every(({ announcement }) => announcement.bandwidth !== null);
    const nextHops = used.map(({ identifier, announcement }) => ({
      index: String(identifier),
      address: announcement.nextHop,
      interface: interfaces.get(announcement.nextHop) ?? '',
      weight: weighted ? weightOf(announcement) : 1,
    }));
    if (nextHops.length > 0) routes.push({ prefix, nextHops });
  }
  return routes;
}

type ReadablePath = OwnPath & { readonly announcement: Announcement };

/** Local preference of a route that says none (RFC 4271 leaves it to the router; all take this). */
const USUAL_PREFERENCE = 100;

function preferred(paths: readonly OwnPath[]): readonly ReadablePath[] {
  const readable = paths.filter((own): own is ReadablePath => own.announcement !== null);
  const preferenceOf = ({ announcement }: ReadablePath): number =>
    announcement.localPreference ?? USUAL_PREFERENCE;
  const best = Math.max(...readable.map(preferenceOf));
  return readable.filter((own) => preferenceOf(own) === best);
}

const interfacesIn = (image: ConfigImage, family: 4 | 6): ReadonlyMap<string, string> =>
  new Map([...nextHopsIn(image, family)].map(([name, address]) => [address, name]));

/** Whole entries where the bandwidth is one of ours; singles lose the last digits of large ones. */
function weightOf({ bandwidth }: Announcement): number {
  const exact = (bandwidth?.bytesPerSecond ?? 0) / UNIT_BYTES_PER_SECOND;
  const whole = Math.round(exact);
  return bandwidthOf(whole) === bandwidth?.bytesPerSecond ? whole : exact;
}

export const bandwidthOf = (weight: number): number => Math.fround(weight * UNIT_BYTES_PER_SECOND);
