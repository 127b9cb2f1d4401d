import { deviceId, type DeviceId, type RouteWeights, type TelemetryFrame } from '../../model';
import type { ReliefItem, RoutingModel } from '../../ports';
import { trafficAt } from '../evidence';
import { flowsOf, hedgedBps, measuredShares, topologyIndex, weightedShares } from '../network';
import type { Trend } from '../observed';
import type { Pass } from '../pass';

/** Traffic of one prefix at one device that a change of weights may move. */
export interface Movable {
  readonly device: DeviceId;
  readonly prefix: string;
  /** As counted; the item has what is expected of it. */
  readonly bps: number;
  readonly hops: readonly { readonly interface: string; readonly weight: number }[];
  readonly item: ReliefItem;
}

/** Less than this share of a link is not worth a route of its own. */
const MIN_SHARE_OF_LINK = 0.002;
/** More than this share of a link is moved in parts. */
const MAX_SHARE_OF_LINK = 0.5;
const MAX_PARTS = 8;
/** Largest ones first; what is left out stays where it is. */
const MAX_ITEMS = 4_096;

/** Traffic by `device|prefix` that differs from what is counted, because of moves before. */
export type Moved = ReadonlyMap<string, number>;

/** All that a device's choice of next hops can move. `number` is the device's group. */
export function movablesAt(
  pass: Pass,
  trend: Trend,
  model: RoutingModel,
  device: DeviceId,
  group: number,
  moved: Moved,
): readonly Movable[] {
  const found: Movable[] = [];
  for (const { prefix, bps } of traffic(trend, device, moved)) {
    const hops = model.nextHops(device, prefix);
    if (hops.length < 2) continue;
    const movable = movableOf(pass, trend, model, { device, prefix, bps, hops, group }, moved);
    if (movable !== null) found.push(movable);
  }
  return found;
}

export const largestFirst = (movables: readonly Movable[]): readonly Movable[] =>
  [...movables].sort((a, b) => b.bps - a.bps).slice(0, MAX_ITEMS);

/** Counted traffic, corrected by what moves in tiers before took away or brought. */
function traffic(trend: Trend, device: DeviceId, moved: Moved) {
  const rows = new Map(trafficAt(trend, device).map((row) => [row.prefix, row.bps]));
  for (const [key, bps] of moved) {
    if (!key.startsWith(`${device}|`)) continue;
    const prefix = key.slice(device.length + 1);
    rows.set(prefix, (rows.get(prefix) ?? 0) + bps);
  }
  return [...rows].map(([prefix, bps]) => ({ prefix, bps }));
}

function movableOf(
  pass: Pass,
  trend: Trend,
  model: RoutingModel,
  at: Pick<Movable, 'device' | 'prefix' | 'bps' | 'hops'> & { readonly group: number },
  moved: Moved,
): Movable | null {
  const { device, prefix, bps, hops, group } = at;
  const { channelIndex, channels } = trend.layout;
  const first = hops.map((hop) => channelIndex.get(`${device}:${hop.interface}`) ?? -1);
  const linkBps = Math.min(...first.map((row) => channels[row]?.capacityBps ?? NaN));
  if (!(bps > linkBps * MIN_SHARE_OF_LINK)) return null;
  const leg = { from: device, prefix };
  const frame = pass.observed.frame as TelemetryFrame;
  // What has just been moved here is hashed by the weights; nobody has counted it yet.
  const measured = moved.has(`${device}|${prefix}`)
    ? null
    : measuredShares(frame, trend.prefixBps, model, leg);
  const shares = measured ?? weightedShares(model, leg);
  const choices = hops.map((hop, i) => {
    const rows = [first[i] ?? -1];
    const parts = [1];
    const peer = model.peer(device, hop.interface);
    if (peer !== null)
      for (const [key, share] of flowsOf(frame, trend.prefixBps, model, {
        from: deviceId(peer.device),
        prefix,
      })) {
        rows.push(channelIndex.get(key) ?? -1);
        parts.push(share);
      }
    return { channels: rows, shares: parts };
  });
  if (choices.some((choice) => choice.channels.includes(-1))) return null;
  const parts = bps > linkBps * MAX_SHARE_OF_LINK ? partsOf(bps, linkBps) : 1;
  const item: ReliefItem = {
    group,
    // What was just moved here is expected as it was counted where it came from.
    bps: measured === null && moved.has(`${device}|${prefix}`) ? bps : hedgedBps(pass, leg, bps),
    choices,
    present: shares.map(({ share }) => share),
    weights: hops.map((hop) => hop.weight),
    gridEntries: pass.env.topology.devices.get(device)?.weightGridEntries ?? 64,
    parts,
    isElephant: parts === 1 && bps >= ELEPHANT_SHARE * nicBps(pass, trend, prefix),
  };
  return { device, prefix, bps, hops, item };
}

/** From this share of a host's rate on a flow is an elephant (Al-Fares et al., NSDI 2010). */
const ELEPHANT_SHARE = 0.1;

/** Rate of the host port that the prefix is attached to; Infinity where it is not known. */
function nicBps(pass: Pass, trend: Trend, prefix: string): number {
  const port = topologyIndex(pass.env.topology).attachments.get(prefix) ?? '';
  const row = trend.layout.channelIndex.get(port) ?? -1;
  return trend.layout.channels[row]?.capacityBps ?? Infinity;
}

const partsOf = (bps: number, linkBps: number): number =>
  Math.min(MAX_PARTS, Math.ceil((4 * bps) / linkBps));

/** The route of a prefix with grid entries by next hop. */
export const routeOf = (movable: Movable, entries: readonly number[]): RouteWeights => ({
  device: movable.device,
  prefix: movable.prefix,
  weights: Object.fromEntries(movable.hops.map((hop, i) => [hop.interface, entries[i] ?? 0])),
});
