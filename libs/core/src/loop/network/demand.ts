import type { TelemetryFrame } from '../../model';
import type { RoutingModel } from '../../ports';
import type { Pass } from '../pass';
import type { Leg } from './routing';

/** Measured traffic of the leg's prefix at its first device; its forwarding counter tells. */
export function demandOf(pass: Pass, frame: TelemetryFrame, model: RoutingModel, leg: Leg): number {
  const index = frame.layout.prefixIndex.get(`${leg.from}|${leg.prefix}`);
  const counted = index === undefined ? NaN : (frame.prefixes.txBps[index] as number);
  if (!Number.isNaN(counted)) return counted;
  return estimatedDemand(pass, frame, model, leg);
}

/**
 * Without per-prefix counters: what leaves the device's uplinks, shared among the prefixes in
 * proportion to what their hosts receive (a gravity estimate).
 */
function estimatedDemand(pass: Pass, frame: TelemetryFrame, model: RoutingModel, leg: Leg): number {
  let uplinksBps = 0;
  const device = pass.env.topology.devices.get(leg.from);
  for (const iface of device?.interfaces.keys() ?? [])
    if (model.peer(leg.from, iface) !== null) uplinksBps += known(frame, `${leg.from}:${iface}`);
  let all = 0;
  let own = 0;
  for (const endpoint of pass.env.topology.endpoints.values()) {
    if (endpoint.attachedTo.device === leg.from) continue;
    const received = known(frame, `${endpoint.attachedTo.device}:${endpoint.attachedTo.interface}`);
    all += received;
    if (endpoint.prefix === leg.prefix) own += received;
  }
  return all === 0 ? 0 : (uplinksBps * own) / all;
}

function known(frame: TelemetryFrame, key: string): number {
  const index = frame.layout.channelIndex.get(key);
  const rate = index === undefined ? NaN : (frame.channels.txBps[index] as number);
  return Number.isNaN(rate) ? 0 : rate;
}
