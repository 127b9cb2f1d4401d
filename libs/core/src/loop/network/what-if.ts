import { deviceId, type DeviceId, type RouteWeights, type TelemetryFrame } from '../../model';
import type { RoutingModel, StaticRoute } from '../../ports';
import type { Pass } from '../pass';
import { demandOf } from './demand';
import { profileOf, routingOf } from './routing';

/** Utilisation of each channel as measured; channels without a rate are left out. */
export function loadsOf(frame: TelemetryFrame): ReadonlyMap<string, number> {
  const loads = new Map<string, number>();
  for (const [key, index] of frame.layout.channelIndex) {
    const rate = frame.channels.txBps[index] as number;
    if (!Number.isNaN(rate))
      loads.set(key, rate / (frame.layout.channels[index]?.capacityBps ?? 1));
  }
  return loads;
}

export interface WhatIf {
  readonly model: RoutingModel;
  /** Predicted utilisation: measured, minus what leaves a channel, plus what comes to it. */
  readonly loads: ReadonlyMap<string, number>;
  /** Channels whose load changes. */
  readonly touched: readonly string[];
}

/**
 * The network with other weights. Starts from what is measured and moves only the prefixes that
 * the change touches, each by its measured demand; so what the model does not know stays in.
 */
export function whatIf(pass: Pass, routes: readonly RouteWeights[]): WhatIf {
  const frame = pass.observed.frame;
  const before = routingOf(pass);
  const model = pass.env.strategies.routing(pass.env.topology, routesWith(pass, routes));
  const loads = new Map<string, number>();
  const touched = new Set<string>();
  if (frame === null) return { model, loads, touched: [] };
  for (const [key, load] of loadsOf(frame)) loads.set(key, load);
  for (const prefix of new Set(routes.map((route) => route.prefix)))
    for (const from of sourcesOf(pass, prefix)) {
      const demandBps = demandOf(pass, frame, before, { from, prefix });
      if (!(demandBps > 0)) continue;
      shift(frame, loads, touched, before, { from, prefix }, -demandBps);
      shift(frame, loads, touched, model, { from, prefix }, demandBps);
    }
  return { model, loads, touched: [...touched] };
}

/** Devices at which traffic to a prefix enters the fabric: those with hosts, but not its own. */
function sourcesOf(pass: Pass, prefix: string): readonly DeviceId[] {
  const sources = new Set<DeviceId>();
  for (const endpoint of pass.env.topology.endpoints.values())
    if (endpoint.prefix !== prefix) sources.add(endpoint.attachedTo.device);
  for (const endpoint of pass.env.topology.endpoints.values())
    if (endpoint.prefix === prefix) sources.delete(endpoint.attachedTo.device);
  return [...sources];
}

function shift(
  frame: TelemetryFrame,
  loads: Map<string, number>,
  touched: Set<string>,
  model: RoutingModel,
  leg: { readonly from: DeviceId; readonly prefix: string },
  bps: number,
): void {
  for (const [key, share] of model.spread(leg.from, leg.prefix).shares) {
    const index = frame.layout.channelIndex.get(key);
    const capacity = index === undefined ? undefined : frame.layout.channels[index]?.capacityBps;
    if (capacity === undefined) continue;
    loads.set(key, Math.max(0, (loads.get(key) ?? 0) + (share * bps) / capacity));
    touched.add(key);
  }
}

/** Routes of all devices as configured, with the given weights in place of the old ones. */
function routesWith(
  pass: Pass,
  changes: readonly RouteWeights[],
): ReadonlyMap<DeviceId, readonly StaticRoute[]> {
  const routes = new Map<DeviceId, readonly StaticRoute[]>();
  for (const [id, image] of pass.observed.images) {
    const configured = profileOf(pass, id)?.routes(image) ?? [];
    const own = changes.filter((change) => deviceId(change.device) === id);
    routes.set(
      id,
      configured.map((route) =>
        reweighted(
          route,
          own.find((change) => change.prefix === route.prefix),
        ),
      ),
    );
  }
  return routes;
}

function reweighted(route: StaticRoute, change: RouteWeights | undefined): StaticRoute {
  if (change === undefined) return route;
  const nextHops = route.nextHops
    .map((hop) => ({ ...hop, weight: change.weights[hop.interface] ?? 0 }))
    .filter((hop) => hop.weight > 0);
  return { prefix: route.prefix, nextHops };
}
