import { deviceId, type ConfigImage, type DeviceId, type Objective, type Port } from '../../model';
import type { DeviceProfile, RoutingModel, StaticRoute } from '../../ports';
import type { Pass } from '../pass';

/** The routing model of the images in force; made anew only when an image changed. */
export function routingOf(pass: Pass): RoutingModel {
  const { images, routing } = pass.observed;
  if (routing !== null && routing.images === images) return routing.model;
  const routes = new Map<DeviceId, readonly StaticRoute[]>();
  for (const [id, image] of images) {
    const profile = profileOf(pass, id);
    if (profile !== null) routes.set(id, routesIn(profile, image));
  }
  const model = pass.env.strategies.routing(pass.env.topology, routes);
  pass.observe({ routing: { images, model } });
  return model;
}

/** Routes by image: images are never changed in place, so what was read from one stays true. */
const parsed = new WeakMap<ConfigImage, readonly StaticRoute[]>();

export function routesIn(profile: DeviceProfile, image: ConfigImage): readonly StaticRoute[] {
  const known = parsed.get(image);
  if (known !== undefined) return known;
  const routes = profile.routes(image);
  parsed.set(image, routes);
  return routes;
}

export function profileOf(pass: Pass, id: DeviceId) {
  const device = pass.env.topology.devices.get(id);
  return device === undefined ? null : (pass.env.profiles.get(device.profile) ?? null);
}

/** One direction of an objective's traffic: from a device towards a prefix. */
export interface Leg {
  readonly from: DeviceId;
  readonly prefix: string;
}

export function legsOf(pass: Pass, objective: Objective): readonly Leg[] {
  const { endpoints } = pass.env.topology;
  const legs = new Map<string, Leg>();
  for (const flow of objective.flows)
    for (const source of flow.sources)
      for (const destination of flow.destinations) {
        const from = endpoints.get(source)?.attachedTo.device;
        const prefix = endpoints.get(destination)?.prefix;
        if (from !== undefined && prefix !== undefined)
          legs.set(`${from}|${prefix}`, { from, prefix });
      }
  return [...legs.values()];
}

/** Share of each leg on each channel, added up: the channels that the objective depends on. */
export function channelsOf(pass: Pass, objective: Objective): ReadonlyMap<string, number> {
  const model = routingOf(pass);
  const channels = new Map<string, number>();
  for (const leg of legsOf(pass, objective)) {
    for (const [channel, share] of model.spread(leg.from, leg.prefix).shares)
      channels.set(channel, (channels.get(channel) ?? 0) + share);
    const port = attachmentOf(pass, leg.prefix);
    if (port !== null) channels.set(port, (channels.get(port) ?? 0) + 1);
  }
  return channels;
}

/** Channel from the leaf to the host that has the prefix. */
function attachmentOf(pass: Pass, prefix: string): string | null {
  for (const endpoint of pass.env.topology.endpoints.values())
    if (endpoint.prefix === prefix)
      return `${endpoint.attachedTo.device}:${endpoint.attachedTo.interface}`;
  return null;
}

/** `leaf1:eth3` taken apart; device names have no colon, interface names may. */
export function splitChannel(key: string): Port {
  const colon = key.indexOf(':');
  return { device: deviceId(key.slice(0, colon)), interface: key.slice(colon + 1) };
}
