import { legsOf, splitChannel } from '../network';
import type { ObjectiveState, Trend } from '../observed';
import type { Pass } from '../pass';
import { acrossTiers, type AcrossTiers } from './across-tiers';
import { dissect, hashEvidence, type Dissection, type HashEvidence } from './dissect';
import { fabricOf, type ParallelLinks } from './fabric';

/** A channel on the path that is under pressure, and what fills it. */
export interface HotSpot {
  readonly key: string;
  readonly toHost: boolean;
  readonly pressure: number;
  readonly utilizationRatio: number;
  /** Least utilisation of the last frames: what stays, which averages are slow to see. */
  readonly heldRatio: number;
  /** Its load over the mean of its parallel links, and over what the weights would give it. */
  readonly imbalanceRatio: number;
  readonly overExpectedRatio: number;
  readonly parallelLinks: number;
  /** Parallel links with less than a twentieth of the mean. */
  readonly idleLinks: number;
  /** Fewest prefixes that make up 80 % of it, and the largest one; 0 and '' when unknown. */
  readonly fewest: number;
  readonly largestPrefix: string;
  /** Elephants on it, the share of it that they make up, and for how long all have been there, ms. */
  readonly elephants: number;
  readonly elephantRatio: number;
  readonly elephantMs: number;
  readonly hash: TierHash | null;
  /** The objective's own part of it: at most this share; NaN when unknown. */
  readonly ownShareRatio: number;
  /** Who else fills it: another class's queue, or another objective; '' when nobody is known. */
  readonly other: string;
  readonly otherShareRatio: number;
}

/** How the switches of the tier hash, each by itself and after the tier before. */
export type TierHash = HashEvidence & { readonly across?: AcrossTiers | null };

interface Candidate {
  readonly key: string;
  readonly toHost: boolean;
  readonly pressure: number;
  readonly meanUtilizationRatio: number;
}

/** Channels below this pressure hold nobody up. */
export const MIN_PRESSURE = 0.3;
/** Looked into closely; more would say the same. */
const MAX_SPOTS = 4;

export function hotSpotsOf(
  pass: Pass,
  state: ObjectiveState,
  channels: readonly Candidate[],
): readonly HotSpot[] {
  const { trend } = pass.observed;
  if (trend === null) return [];
  const byPressure = (a: Candidate, b: Candidate): number =>
    b.pressure - a.pressure || b.meanUtilizationRatio - a.meanUtilizationRatio;
  const pressed = channels.filter((item) => item.pressure >= MIN_PRESSURE).sort(byPressure);
  // Of links between switches and of host ports some each: either may be what holds it up.
  const chosen = [
    ...pressed.filter((item) => !item.toHost).slice(0, MAX_SPOTS),
    ...pressed.filter((item) => item.toHost).slice(0, MAX_SPOTS),
  ];
  return chosen
    .map((item) => hotSpot(pass, trend, state, item))
    .sort((a, b) => b.pressure - a.pressure);
}

function hotSpot(pass: Pass, trend: Trend, state: ObjectiveState, channel: Candidate): HotSpot {
  const { key, toHost, pressure, meanUtilizationRatio } = channel;
  const row = trend.layout.channelIndex.get(key) ?? -1;
  const view = fabricOf(pass);
  const group = view?.groupOf.get(row);
  const dissection = toHost ? null : dissect(pass, trend, key);
  const loads = (group?.channels ?? []).map((c) => view?.utilization[c] || 0);
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  return {
    key,
    toHost,
    pressure,
    utilizationRatio: meanUtilizationRatio,
    heldRatio: heldRatio(trend, row),
    imbalanceRatio: mean > 0 ? meanUtilizationRatio / mean : 1,
    overExpectedRatio: overExpected(trend, row, dissection),
    parallelLinks: loads.length,
    idleLinks: loads.filter((load) => load < mean * 0.05).length,
    fewest: dissection?.fewest ?? 0,
    largestPrefix: dissection?.parts[0]?.prefix ?? '',
    ...elephantsOf(dissection),
    hash: group === undefined ? null : hashOf(pass, trend, group),
    ...shares(pass, trend, state, key, row, dissection),
  };
}

/** Frames of which the least rate is what a channel carries all the time. */
const HELD_FRAMES = 4;

function heldRatio({ recent, layout }: Trend, row: number): number {
  const rates = recent.slice(-HELD_FRAMES).map(({ txBps }) => txBps[row] as number);
  return Math.min(...rates) / (layout.channels[row]?.capacityBps ?? NaN);
}

function elephantsOf(
  dissection: Dissection | null,
): Pick<HotSpot, 'elephants' | 'elephantRatio' | 'elephantMs'> {
  const found = dissection?.parts.filter(({ elephantMs }) => elephantMs > 0) ?? [];
  const bps = found.reduce((sum, part) => sum + part.bps, 0);
  return {
    elephants: found.length,
    elephantRatio: found.length === 0 ? 0 : bps / (dissection?.totalBps ?? NaN),
    elephantMs: found.length === 0 ? 0 : Math.min(...found.map(({ elephantMs }) => elephantMs)),
  };
}

/** Load over what the weights in force would put there; NaN without counters. */
function overExpected(trend: Trend, row: number, dissection: Dissection | null): number {
  if (dissection === null || dissection.expectedBps <= 0) return NaN;
  return (trend.txBps[row] as number) / dissection.expectedBps;
}

/** By trend: all hot spots of a tier share the answer. */
const hashes = new WeakMap<Trend, Map<number, TierHash>>();

function hashOf(pass: Pass, trend: Trend, { tier }: ParallelLinks): TierHash {
  const known = hashes.get(trend) ?? new Map<number, TierHash>();
  hashes.set(trend, known);
  let found = known.get(tier);
  if (found === undefined) {
    found = { ...hashEvidence(pass, trend, tier), across: acrossTiers(pass, trend, tier) };
    known.set(tier, found);
  }
  return found;
}

/** Whose traffic it is: by queue for other classes, by prefix for other objectives. */
function shares(
  pass: Pass,
  trend: Trend,
  state: ObjectiveState,
  key: string,
  row: number,
  dissection: Dissection | null,
): Pick<HotSpot, 'ownShareRatio' | 'other' | 'otherShareRatio'> {
  const byQueue = queueShares(pass, trend, state, key);
  const totalBps = trend.txBps[row] as number;
  if (dissection === null || !(dissection.totalBps > 0)) return byQueue;
  const own = prefixesOf(pass, state, key);
  const sumOf = (wanted: (prefix: string) => boolean): number =>
    dissection.parts.reduce((sum, part) => (wanted(part.prefix) ? sum + part.bps : sum), 0);
  const ownShare = Math.min(1, sumOf((prefix) => own.has(prefix)) / totalBps);
  let { other, otherShareRatio } = byQueue;
  for (const [id, rival] of pass.observed.objectives) {
    if (rival === state) continue;
    const theirs = prefixesOf(pass, rival, key);
    const share = Math.min(1, sumOf((p) => theirs.has(p) && !own.has(p)) / totalBps);
    if (share > otherShareRatio) [other, otherShareRatio] = [id, share];
  }
  const known = Number.isNaN(byQueue.ownShareRatio) ? 1 : byQueue.ownShareRatio;
  return { ownShareRatio: Math.min(ownShare, known), other, otherShareRatio };
}

/** Prefixes that an objective may send over a channel. */
function prefixesOf(pass: Pass, state: ObjectiveState, key: string): ReadonlySet<string> {
  const { device } = splitChannel(key);
  const legs = legsOf(pass, state.objective);
  const local = legs.filter((leg) => leg.from === device);
  return new Set((local.length > 0 ? local : legs).map((leg) => leg.prefix));
}

function queueShares(pass: Pass, trend: Trend, state: ObjectiveState, key: string) {
  const { device: id } = splitChannel(key);
  const names = pass.env.topology.devices.get(id)?.queueOfClass;
  const ownName = names?.get(state.objective.class);
  let total = 0;
  let own = 0;
  let most = { name: '', bps: 0 };
  for (const name of new Set(names?.values())) {
    const bps = trend.queueBps[trend.layout.queueIndex.get(`${key}:${name}`) ?? -1] ?? NaN;
    if (!(bps > 0)) continue;
    total += bps;
    if (name === ownName) own = bps;
    else if (bps > most.bps) most = { name, bps };
  }
  if (total === 0) return { ownShareRatio: NaN, other: '', otherShareRatio: 0 };
  const other = most.bps > 0 ? `queue ${most.name}` : '';
  return { ownShareRatio: own / total, other, otherShareRatio: most.bps / total };
}
