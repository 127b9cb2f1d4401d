import type { DeviceId, TelemetryFrame } from '../../model';
import type { RoutingModel } from '../../ports';
import { measuredShares } from './demand';
import { weightedShares } from './what-if';

/** Longer paths do not exist; what is still on its way then goes round, and is left out. */
const MAX_HOPS = 8;
/** Traffic below this is not followed, bps. */
const MIN_BPS = 1e3;

/**
 * Traffic of one prefix on each channel, bps, all sources together: one walk for a prefix instead
 * of one for each leg. Devices in `changed` split it by their weights, the others as the devices
 * behind their next hops count it.
 */
export function prefixFlows(
  frame: TelemetryFrame,
  model: RoutingModel,
  prefix: string,
  sources: ReadonlyMap<DeviceId, number>,
  changed: ReadonlySet<DeviceId>,
): ReadonlyMap<string, number> {
  const owner = model.owner(prefix);
  const flows = new Map<string, number>();
  let front = new Map(sources);
  for (let hop = 0; hop < MAX_HOPS && front.size > 0; hop++) {
    const next = new Map<DeviceId, number>();
    for (const [device, bps] of front) {
      const at = { from: device, prefix };
      const measured = changed.has(device)
        ? null
        : measuredShares(frame, frame.prefixes.txBps, model, at);
      for (const item of measured ?? weightedShares(model, at)) {
        const part = bps * item.share;
        if (part < MIN_BPS) continue;
        const key = `${device}:${item.interface}`;
        flows.set(key, (flows.get(key) ?? 0) + part);
        const peer = model.peer(device, item.interface);
        if (peer !== null && peer.device !== owner)
          next.set(peer.device, (next.get(peer.device) ?? 0) + part);
      }
    }
    front = next;
  }
  return flows;
}
