import {
  deviceId,
  type ConfigImage,
  type DeviceId,
  type Port,
  type RouteWeights,
} from '../../model';
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

/**
 * Whether the device goes back to routes of its own for the prefix: it gets no next hop any more
 * from a profile whose routes only lie over those.
 */
export function fallsBack(pass: Pass, { device, weights }: RouteWeights): boolean {
  return (
    profileOf(pass, device)?.overlay === true &&
    !Object.values(weights).some((weight) => weight > 0)
  );
}

/** `leaf1:eth3` taken apart; device names have no colon, interface names may. */
export function splitChannel(key: string): Port {
  const colon = key.indexOf(':');
  return { device: deviceId(key.slice(0, colon)), interface: key.slice(colon + 1) };
}
