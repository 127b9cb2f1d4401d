import type { DeviceId, RouteWeights, TelemetryFrame } from '../../model';
import type { RoutingModel } from '../../ports';
import type { Pass } from '../pass';
import { demandOf } from './demand';
import { routingOf } from './routing';

/** Utilisation by channel; undefined where it is not known. */
export interface Loads {
  get(channel: string): number | undefined;
}

/** Utilisation of each channel as measured; read from the columns, nothing is copied. */
export function loadsOf(frame: TelemetryFrame): Loads {
  return {
    get: (channel) => {
      const index = frame.layout.channelIndex.get(channel);
      if (index === undefined) return undefined;
      const ratio =
        (frame.channels.txBps[index] as number) /
        (frame.layout.channels[index]?.capacityBps ?? NaN);
      return Number.isNaN(ratio) ? undefined : ratio;
    },
  };
}

export interface WhatIf {
  readonly model: RoutingModel;
  /** Predicted utilisation: measured, minus what leaves a channel, plus what comes to it. */
  readonly loads: Loads;
  /** Channels whose load changes. */
  readonly touched: readonly string[];
}

/**
 * The network with other weights. Starts from what is measured and moves only the prefixes that
 * the change touches, each by its measured demand; so what the model does not know stays in.
 */
export function whatIf(pass: Pass, routes: readonly RouteWeights[]): WhatIf {
  const known = answered.get(pass) ?? new Map<readonly RouteWeights[], WhatIf>();
  answered.set(pass, known);
  const answer = known.get(routes) ?? predict(pass, routes);
  known.set(routes, answer);
  return answer;
}

/** Answers by pass: decision and validation ask the same about the same change. */
const answered = new WeakMap<Pass, Map<readonly RouteWeights[], WhatIf>>();

function predict(pass: Pass, routes: readonly RouteWeights[]): WhatIf {
  const frame = pass.observed.frame;
  const before = routingOf(pass);
  const model = before.withRoutes(routes);
  const added = new Map<string, number>();
  if (frame === null) return { model, loads: added, touched: [] };
  for (const prefix of new Set(routes.map((route) => route.prefix)))
    for (const from of sourcesOf(pass, prefix)) {
      const demandBps = demandOf(pass, frame, before, { from, prefix });
      if (!(demandBps > 0)) continue;
      shift(frame, added, before, { from, prefix }, -demandBps);
      shift(frame, added, model, { from, prefix }, demandBps);
    }
  const measured = loadsOf(frame);
  const loads: Loads = {
    get: (channel) => {
      const extra = added.get(channel);
      const present = measured.get(channel);
      return extra === undefined ? present : Math.max(0, (present ?? 0) + extra);
    },
  };
  return { model, loads, touched: [...added.keys()] };
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
  added: Map<string, number>,
  model: RoutingModel,
  leg: { readonly from: DeviceId; readonly prefix: string },
  bps: number,
): void {
  for (const [key, share] of model.spread(leg.from, leg.prefix).shares) {
    const index = frame.layout.channelIndex.get(key);
    const capacity = index === undefined ? undefined : frame.layout.channels[index]?.capacityBps;
    if (capacity === undefined) continue;
    added.set(key, (added.get(key) ?? 0) + (share * bps) / capacity);
  }
}
