import { deviceId, type DeviceId, type FrameLayout, type TelemetryFrame } from '../../model';
import { measuredShares, routingOf, splitChannel, topologyIndex } from '../network';
import type { Trend } from '../observed';
import type { Pass } from '../pass';
import { fabricOf, type ParallelLinks } from './fabric';

/** What a channel carries, by prefix, and what the weights in force would put on it. */
export interface Dissection {
  /** Largest first. */
  readonly parts: readonly Part[];
  readonly totalBps: number;
  readonly expectedBps: number;
  /** Fewest prefixes that make up 80 % of it. */
  readonly fewest: number;
}

export interface Part {
  readonly prefix: string;
  readonly bps: number;
  /**
   * Takes this channel as a whole, or nearly, where the weights would spread it, and has more than
   * a tenth of the port of its host: an elephant, for so long; 0 where it is none, ms.
   */
  readonly elephantMs: number;
}

/** Traffic that goes one way has this share of it there, where the weights want the second at most. */
const PINNED_SHARE = 0.75;
const SPREAD_SHARE = 0.6;

/** Traffic of one prefix at one device below this is not counted as a flow, bps. */
const TRICKLE_BPS = 1e6;

/** Row of the first prefix of each device: all devices list the same prefixes in one order. */
const firstRows = new WeakMap<FrameLayout, ReadonlyMap<string, number>>();

function firstRow(layout: FrameLayout, device: string): number {
  let rows = firstRows.get(layout);
  if (rows === undefined) {
    const found = new Map<string, number>();
    layout.prefixes.forEach((row, i) => {
      const name = layout.devices[row.device] ?? '';
      if (!found.has(name)) found.set(name, i);
    });
    firstRows.set(layout, (rows = found));
  }
  return rows.get(device) ?? -1;
}

/** Prefixes with traffic at a device, from its forwarding counters. */
export function trafficAt(
  trend: Trend,
  device: string,
): readonly { readonly prefix: string; readonly bps: number }[] {
  const { prefixes } = trend.layout;
  const found: { prefix: string; bps: number }[] = [];
  const first = firstRow(trend.layout, device);
  const number = prefixes[first]?.device;
  for (let row = first; row >= 0 && prefixes[row]?.device === number; row++) {
    if (number === undefined) break;
    const bps = trend.prefixBps[row] as number;
    if (bps > TRICKLE_BPS) found.push({ prefix: prefixes[row]?.prefix ?? '', bps });
  }
  return found;
}

export function dissect(pass: Pass, trend: Trend, channel: string): Dissection {
  const { device, interface: iface } = splitChannel(channel);
  const frame = pass.observed.frame as TelemetryFrame;
  const model = routingOf(pass);
  const parts: Part[] = [];
  let expectedBps = 0;
  for (const { prefix, bps } of trafficAt(trend, device)) {
    const hops = model.nextHops(device, prefix);
    const own = hops.find((hop) => hop.interface === iface);
    if (own === undefined) continue;
    const weights = hops.reduce((sum, hop) => sum + hop.weight, 0);
    const leg = { from: device, prefix };
    const measured = measuredShares(frame, trend.prefixBps, model, leg);
    const share = measured?.find((hop) => hop.interface === iface)?.share ?? own.weight / weights;
    // Without a choice here, somebody before decided that it comes this way.
    const chosen =
      hops.length > 1
        ? { allBps: bps, hereBps: (bps * own.weight) / weights }
        : arriving(pass, trend, device, prefix, channel);
    expectedBps += chosen.hereBps;
    const part = share * bps;
    const pinned =
      part > PINNED_SHARE * chosen.allBps && chosen.hereBps < SPREAD_SHARE * chosen.allBps;
    const elephantMs = pinned ? largeMs(trend, device, prefix) : 0;
    if (part > TRICKLE_BPS) parts.push({ prefix, bps: part, elephantMs });
  }
  parts.sort((a, b) => b.bps - a.bps);
  const totalBps = parts.reduce((sum, part) => sum + part.bps, 0);
  let fewest = 0;
  for (let sum = 0; sum < 0.8 * totalBps; fewest++) sum += parts[fewest]?.bps ?? totalBps;
  return { parts, totalBps, expectedBps, fewest };
}

const largeMs = ({ layout, largeMs: ms }: Trend, device: DeviceId, prefix: string): number =>
  ms[layout.prefixIndex.get(`${device}|${prefix}`) ?? -1] ?? 0;

/** What enters for one prefix, and what the weights of all devices before bring to a channel. */
function arriving(
  pass: Pass,
  trend: Trend,
  device: DeviceId,
  prefix: string,
  channel: string,
): { allBps: number; hereBps: number } {
  const model = routingOf(pass);
  const { edges, owners } = topologyIndex(pass.env.topology);
  let allBps = 0;
  let hereBps = 0;
  for (const edge of edges) {
    if (edge === device || owners.get(prefix) === edge) continue;
    const demand = trend.prefixBps[trend.layout.prefixIndex.get(`${edge}|${prefix}`) ?? -1] ?? NaN;
    if (!(demand > TRICKLE_BPS)) continue;
    allBps += demand;
    hereBps += demand * (model.spread(edge, prefix).shares.get(channel) ?? 0);
  }
  return { allBps, hereBps };
}

/** Flows of a device that choose among parallel links, and what their weights want on each. */
interface Choosing {
  /** Effective number, (sum)^2 / sum of squares: a prefix counts as one, however many it holds. */
  readonly flows: number;
  /** By link of the group: rate that the weights in force give it, bps. */
  readonly wantedBps: readonly number[];
}

export function choosing(pass: Pass, trend: Trend, { device, channels }: ParallelLinks): Choosing {
  const model = routingOf(pass);
  const names = channels.map((row) => trend.layout.channels[row]?.interface ?? '');
  const wantedBps = names.map(() => 0);
  let sum = 0;
  let squares = 0;
  for (const { prefix, bps } of trafficAt(trend, device)) {
    const hops = model.nextHops(deviceId(device), prefix);
    if (hops.length < 2 || !names.includes(hops[0]?.interface ?? '')) continue;
    sum += bps;
    squares += bps * bps;
    const weights = hops.reduce((total, hop) => total + hop.weight, 0);
    for (const hop of hops) {
      const link = names.indexOf(hop.interface);
      if (link >= 0) wantedBps[link] = (wantedBps[link] ?? 0) + (bps * hop.weight) / weights;
    }
  }
  return { flows: squares === 0 ? 0 : (sum * sum) / squares, wantedBps };
}

export interface HashEvidence {
  /** Standard deviations by which the imbalance of the tier exceeds that of a good hash. */
  readonly z: number;
  /** Switches of the tier that were looked at, and those with links that stay empty. */
  readonly switches: number;
  readonly withIdleLinks: number;
}

/** Links with less than this share of the mean stay empty, or are meant to. */
const IDLE = 0.05;

/**
 * Whether the switches of a tier spread their flows as independent hashes would: the tail
 * probabilities of the fullest link of each, or of its empty ones, whichever is less likely, put
 * together (Fisher). One unlucky switch is chance; all of them are a hash that repeats the choice of
 * the tier before. Links that the weights leave out are not meant to be used.
 */
export function hashEvidence(pass: Pass, trend: Trend, tier: number): HashEvidence {
  const view = fabricOf(pass);
  let statistic = 0;
  let switches = 0;
  let withIdleLinks = 0;
  for (const group of view?.groups ?? []) {
    if (view === null || group.direction !== 'up' || group.tier !== tier) continue;
    const { flows, wantedBps } = choosing(pass, trend, group);
    const wanted = meanOf(wantedBps);
    const loads = group.channels
      .filter((_, link) => (wantedBps[link] ?? 0) >= IDLE * wanted)
      .map((row) => view.utilization[row] || 0);
    const mean = meanOf(loads);
    if (loads.length < 2 || !(mean > MIN_MEAN) || flows < 1.5) continue;
    const most = (Math.max(...loads) / mean) * (flows / loads.length);
    const idle = loads.filter((load) => load < mean * IDLE).length;
    // A fraction of a flow is a matter of sizes, not of the hash.
    const fullest = pass.env.strategies.hashTail(flows, loads.length, Math.floor(most + 0.25));
    const p = Math.min(1, 2 * Math.min(fullest, emptyTail(flows, loads.length, idle)));
    statistic += -2 * Math.log(Math.max(p, 1e-9));
    switches++;
    if (flows >= loads.length && idle >= loads.length / 4) withIdleLinks++;
  }
  const z = switches === 0 ? 0 : (statistic - 2 * switches) / Math.sqrt(4 * switches);
  return { z, switches, withIdleLinks };
}

/** Probability, at most, that flows hashed evenly leave so many of the links without any. */
function emptyTail(flows: number, links: number, empty: number): number {
  if (empty === 0) return 1;
  let ways = 1;
  for (let i = 0; i < empty; i++) ways *= (links - i) / (i + 1);
  return Math.min(1, ways * (1 - empty / links) ** flows);
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const MIN_MEAN = 0.01;
