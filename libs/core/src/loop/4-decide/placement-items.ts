import { deviceId, type DeviceId, type RouteWeights, type TelemetryFrame } from '../../model';
import type { PlacementItem, RoutingModel } from '../../ports';
import { trafficAt } from '../evidence';
import { flowsOf, measuredShares, weightedShares } from '../network';
import type { Trend } from '../observed';
import type { Pass } from '../pass';
import { gridWeights } from './grid';

/** Traffic of one prefix at one device that a placement may move, whole or in equal parts. */
export interface Movable {
  readonly device: DeviceId;
  readonly prefix: string;
  readonly bps: number;
  readonly hops: readonly { readonly interface: string; readonly weight: number }[];
  readonly item: PlacementItem;
  /** Equal parts that it is moved in: one, unless it is too much for one link. */
  readonly parts: number;
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
  const item = { group, bps: bps / parts, choices, present: shares.map(({ share }) => share) };
  return { device, prefix, bps, hops, item, parts };
}

const partsOf = (bps: number, linkBps: number): number =>
  Math.min(MAX_PARTS, Math.ceil((4 * bps) / linkBps));

/** The route of a prefix after its parts were moved: `choices` of each part, -1 where it stays. */
export function routeOf(
  pass: Pass,
  movable: Movable,
  choices: readonly number[],
  isUsable: (row: number) => boolean,
): RouteWeights | null {
  if (choices.every((choice) => choice < 0)) return null;
  const { hops, device, prefix, item } = movable;
  const weights = hops.reduce((sum, hop) => sum + hop.weight, 0);
  const usable = item.choices.map(({ channels }) => channels.every(isUsable));
  const shares = hops.map((hop, i) =>
    choices.reduce((sum, choice) => {
      if (choice >= 0) return sum + (choice === i ? 1 : 0);
      return sum + (usable[i] === true ? hop.weight / weights : 0);
    }, 0),
  );
  const grid = pass.env.topology.devices.get(device)?.weightGridEntries ?? 64;
  const entries = gridWeights(shares, usable, grid);
  const named = hops.map((hop, i) => [hop.interface, entries[i] ?? 0] as const);
  return { device, prefix, weights: Object.fromEntries(named) };
}
