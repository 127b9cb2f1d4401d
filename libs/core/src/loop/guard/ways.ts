import type { ConfigImage, DeviceId, Topology } from '../../model';
import type { Pass } from '../pass';
import type { World } from './world';

/** Interfaces that a route uses, by prefix: those of next hops with a weight. */
type Routes = ReadonlyMap<string, readonly string[]>;

/** Images are never changed in place, so what was read from one stays true. */
const routesByImage = new WeakMap<ConfigImage, Routes>();

/** Routes of a device in a world; null when its configuration is not known. */
export function routesAt(pass: Pass, world: World, device: DeviceId): Routes | null {
  const image = world.image(device);
  const profile = pass.env.profiles.get(pass.env.topology.devices.get(device)?.profile ?? '');
  if (image === undefined || profile === undefined) return null;
  let routes = routesByImage.get(image);
  if (routes === undefined) {
    const found = new Map<string, string[]>();
    for (const { prefix, nextHops } of profile.routes(image))
      for (const hop of nextHops) {
        if (!(hop.weight > 0)) continue;
        const names = found.get(prefix) ?? [];
        found.set(prefix, names);
        if (!names.includes(hop.interface)) names.push(hop.interface);
      }
    routesByImage.set(image, (routes = found));
  }
  return routes;
}

/** Who is at the other end of each port, and where each prefix is delivered. */
interface Cabling {
  readonly peers: ReadonlyMap<string, DeviceId>;
  readonly owners: ReadonlyMap<string, ReadonlySet<DeviceId>>;
}
const cablings = new WeakMap<Topology, Cabling>();

export function cablingOf(topology: Topology): Cabling {
  let cabling = cablings.get(topology);
  if (cabling === undefined) {
    const peers = new Map<string, DeviceId>();
    for (const { a, b } of topology.links) {
      peers.set(`${a.device}:${a.interface}`, b.device);
      peers.set(`${b.device}:${b.interface}`, a.device);
    }
    const owners = new Map<string, Set<DeviceId>>();
    for (const { prefix, attachedTo } of topology.endpoints.values())
      owners.set(prefix, (owners.get(prefix) ?? new Set()).add(attachedTo.device));
    cablings.set(topology, (cabling = { peers, owners }));
  }
  return cabling;
}

/** Ports of links of which one end says that it is down. */
export function downPorts(pass: Pass): ReadonlySet<string> {
  const down = new Set<string>();
  const { frame } = pass.observed;
  if (frame === null) return down;
  const { operStatus } = frame.channels;
  const isDown = (port: string): boolean =>
    operStatus[frame.layout.channelIndex.get(port) ?? -1] === 0;
  for (const { a, b } of pass.env.topology.links) {
    const [one, other] = [`${a.device}:${a.interface}`, `${b.device}:${b.interface}`];
    if (isDown(one) || isDown(other)) down.add(one).add(other);
  }
  return down;
}

/** How one prefix is forwarded in a world. */
export interface Delivery {
  /** Devices from which every way leads to the prefix: no loop, no hole. */
  readonly sound: ReadonlySet<DeviceId>;
  /** Next hops of each device that lead to it on at least one way. */
  readonly ways: ReadonlyMap<DeviceId, number>;
}

/**
 * Walks a prefix back from where it is delivered. A device whose configuration is not known is
 * taken to deliver, before and after alike. `worlds` together stand for devices that may hold any
 * of several routes at that moment.
 */
export function deliveryOf(
  pass: Pass,
  worlds: readonly World[],
  prefix: string,
  down: ReadonlySet<string>,
): Delivery {
  const { peers, owners } = cablingOf(pass.env.topology);
  const sound = new Set<DeviceId>(owners.get(prefix));
  const reached = new Set<DeviceId>(sound);
  const hopsOf = new Map<DeviceId, readonly (DeviceId | null)[]>();
  for (const device of pass.env.topology.devices.keys()) {
    if (sound.has(device)) continue;
    const hops = hopsAt(pass, worlds, device, prefix);
    if (hops === null) {
      sound.add(device);
      reached.add(device);
    } else {
      const live = hops.filter((name) => !down.has(`${device}:${name}`));
      hopsOf.set(
        device,
        live.map((name) => peers.get(`${device}:${name}`) ?? null),
      );
    }
  }
  for (let grew = true; grew;) {
    grew = false;
    for (const [device, hops] of hopsOf) {
      if (hops.length === 0) continue;
      if (!reached.has(device) && hops.some((peer) => peer !== null && reached.has(peer)))
        grew = reached.add(device).size > 0;
      if (!sound.has(device) && hops.every((peer) => peer !== null && sound.has(peer)))
        grew = sound.add(device).size > 0;
    }
  }
  const ways = new Map<DeviceId, number>();
  for (const [device, hops] of hopsOf)
    ways.set(device, hops.filter((peer) => peer !== null && reached.has(peer)).length);
  return { sound, ways };
}

/** What such a device does with a prefix that its image does not hold is not known. */
export const isOverlay = (pass: Pass, device: DeviceId): boolean =>
  pass.env.profiles.get(pass.env.topology.devices.get(device)?.profile ?? '')?.overlay === true;

/** Interfaces of a prefix at a device in any of the worlds; null where one of them is not known. */
function hopsAt(
  pass: Pass,
  worlds: readonly World[],
  device: DeviceId,
  prefix: string,
): readonly string[] | null {
  const names = new Set<string>();
  for (const world of worlds) {
    const routes = routesAt(pass, world, device);
    if (routes === null) return null;
    const hops = routes.get(prefix);
    if (hops === undefined && isOverlay(pass, device)) return null;
    for (const name of hops ?? []) names.add(name);
  }
  return [...names];
}
