import type { DeviceId, RouteWeights, TelemetryFrame } from '../../model';
import type { RoutingModel } from '../../ports';
import type { Pass } from '../pass';
import { demandOf, measuredShares } from './demand';
import type { Leg } from './legs';
import { routingOf } from './routing';
import { topologyIndex } from './topology-index';

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
  const { edges, owners } = topologyIndex(pass.env.topology);
  const bps = frame.prefixes.txBps;
  for (const [prefix, changed] of devicesByPrefix(routes))
    for (const from of edges) {
      if (owners.get(prefix) === from) continue;
      const demandBps = demandOf(pass, frame, { from, prefix });
      if (!(demandBps > 0)) continue;
      shift(frame, added, flowsOf(frame, bps, before, { from, prefix }), -demandBps);
      shift(frame, added, flowsOf(frame, bps, model, { from, prefix }, changed), demandBps);
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

function devicesByPrefix(routes: readonly RouteWeights[]): Map<string, Set<DeviceId>> {
  const found = new Map<string, Set<DeviceId>>();
  for (const { device, prefix } of routes) {
    const devices = found.get(prefix);
    if (devices === undefined) found.set(prefix, new Set([device]));
    else devices.add(device);
  }
  return found;
}

const NONE: ReadonlySet<DeviceId> = new Set();
/** Longer paths do not exist; what is still on its way then is left out. */
const MAX_HOPS = 8;

/**
 * Share of a leg's traffic on each channel: at devices with new weights by those, elsewhere as the
 * devices behind each next hop count it now, and by the weights in force where nobody counts.
 * `prefixBps` are rates in the order of the frame's layout.
 */
export function flowsOf(
  frame: TelemetryFrame,
  prefixBps: Float64Array,
  model: RoutingModel,
  leg: Leg,
  changed: ReadonlySet<DeviceId> = NONE,
): ReadonlyMap<string, number> {
  const { prefix } = leg;
  const owner = model.owner(prefix);
  const shares = new Map<string, number>();
  let front = new Map<DeviceId, number>([[leg.from, 1]]);
  for (let hop = 0; hop < MAX_HOPS && front.size > 0; hop++) {
    const next = new Map<DeviceId, number>();
    for (const [device, share] of front) {
      const at = { from: device, prefix };
      const measured = changed.has(device) ? null : measuredShares(frame, prefixBps, model, at);
      for (const item of measured ?? weightedShares(model, at)) {
        const part = share * item.share;
        if (part < MIN_PART) continue;
        const key = `${device}:${item.interface}`;
        shares.set(key, (shares.get(key) ?? 0) + part);
        const peer = model.peer(device, item.interface);
        if (peer !== null && peer.device !== owner)
          next.set(peer.device, (next.get(peer.device) ?? 0) + part);
      }
    }
    front = next;
  }
  return shares;
}

/** Parts of a leg's traffic below this are not followed. */
const MIN_PART = 1e-4;

/** How the weights in force split the traffic of a prefix at a device. */
export function weightedShares(model: RoutingModel, { from, prefix }: Leg) {
  const hops = model.nextHops(from, prefix);
  const total = hops.reduce((sum, hop) => sum + hop.weight, 0);
  return hops.map((hop) => ({
    interface: hop.interface,
    share: total === 0 ? 0 : hop.weight / total,
  }));
}

function shift(
  frame: TelemetryFrame,
  added: Map<string, number>,
  shares: ReadonlyMap<string, number>,
  bps: number,
): void {
  for (const [key, share] of shares) {
    const index = frame.layout.channelIndex.get(key);
    const capacity = index === undefined ? undefined : frame.layout.channels[index]?.capacityBps;
    if (capacity === undefined) continue;
    added.set(key, (added.get(key) ?? 0) + (share * bps) / capacity);
  }
}
