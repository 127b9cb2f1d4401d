import type { TelemetryFrame } from '../../model';
import type { RoutingModel } from '../../ports';
import type { Pass } from '../pass';
import type { Leg } from './legs';
import { topologyIndex, type TopologyIndex } from './topology-index';

/** Measured traffic of the leg's prefix at its first device; its forwarding counter tells. */
export function demandOf(pass: Pass, frame: TelemetryFrame, leg: Leg): number {
  const index = frame.layout.prefixIndex.get(`${leg.from}|${leg.prefix}`);
  const counted = index === undefined ? NaN : (frame.prefixes.txBps[index] as number);
  if (!Number.isNaN(counted)) return counted;
  return estimatedDemand(topologyIndex(pass.env.topology), frame, leg);
}

/** What the host ports receive by prefix and by leaf; summed up once for each frame. */
interface Received {
  readonly all: number;
  readonly byPrefix: ReadonlyMap<string, number>;
  readonly byLeaf: ReadonlyMap<string, number>;
}
const receivedByFrame = new WeakMap<TelemetryFrame, Received>();

/**
 * Without per-prefix counters: what leaves the device's uplinks, shared among the prefixes in
 * proportion to what their hosts receive (a gravity estimate).
 */
function estimatedDemand(topology: TopologyIndex, frame: TelemetryFrame, leg: Leg): number {
  let received = receivedByFrame.get(frame);
  if (received === undefined) {
    received = receivedOf(topology, frame);
    receivedByFrame.set(frame, received);
  }
  let uplinksBps = 0;
  for (const channel of topology.uplinks.get(leg.from) ?? []) uplinksBps += known(frame, channel);
  const others = received.all - (received.byLeaf.get(leg.from) ?? 0);
  const own = received.byPrefix.get(leg.prefix) ?? 0;
  return others <= 0 ? 0 : (uplinksBps * own) / others;
}

function receivedOf(topology: TopologyIndex, frame: TelemetryFrame): Received {
  const byPrefix = new Map<string, number>();
  const byLeaf = new Map<string, number>();
  let all = 0;
  for (const [prefix, port] of topology.attachments) {
    const bps = known(frame, port);
    const leaf = topology.owners.get(prefix) ?? '';
    all += bps;
    byPrefix.set(prefix, bps);
    byLeaf.set(leaf, (byLeaf.get(leaf) ?? 0) + bps);
  }
  return { all, byPrefix, byLeaf };
}

function known(frame: TelemetryFrame, key: string): number {
  const index = frame.layout.channelIndex.get(key);
  const rate = index === undefined ? NaN : (frame.channels.txBps[index] as number);
  return Number.isNaN(rate) ? 0 : rate;
}

/** Traffic below this share of a link is noise; nobody knows where the packets of a trickle went. */
const TRICKLE_SHARE = 1e-5;

/**
 * Where the traffic of a prefix at a device really goes: each next hop's share is what the device
 * behind it counts for the same prefix. A few large flows do not follow the weights, and a hash
 * that is polarised follows nothing at all. Null where the counters do not add up.
 */
export function measuredShares(
  frame: TelemetryFrame,
  prefixBps: Float64Array,
  model: RoutingModel,
  leg: Leg,
): readonly { readonly interface: string; readonly share: number }[] | null {
  const { prefixIndex } = frame.layout;
  const own = prefixBps[prefixIndex.get(`${leg.from}|${leg.prefix}`) ?? -1] ?? NaN;
  const hops = model.nextHops(leg.from, leg.prefix);
  if (hops.length < 2) return null;
  const row = frame.layout.channelIndex.get(`${leg.from}:${hops[0]?.interface ?? ''}`) ?? -1;
  if (!(own > TRICKLE_SHARE * (frame.layout.channels[row]?.capacityBps ?? 0))) return null;
  const owner = model.owner(leg.prefix);
  const counts = hops.map((hop) => {
    const peer = model.peer(leg.from, hop.interface);
    if (peer === null || peer.device === owner) return NaN;
    return prefixBps[prefixIndex.get(`${peer.device}|${leg.prefix}`) ?? -1] ?? NaN;
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  // Others may send through the same devices, so the sum may be more; less means missing counters.
  if (!(total >= own * 0.5)) return null;
  return hops.map((hop, i) => ({ interface: hop.interface, share: (counts[i] ?? 0) / total }));
}
