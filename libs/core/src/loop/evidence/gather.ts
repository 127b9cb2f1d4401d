import {
  CAUSE_DEFAULTS,
  type CausePolicy,
  type FrameLayout,
  type Objective,
  type TelemetryFrame,
} from '../../model';
import { channelsOf, fanInOf, legsOf, routingOf, splitChannel, topologyIndex } from '../network';
import { thresholdOf, type ObjectiveState, type Trend } from '../observed';
import type { Pass } from '../pass';
import { burstsOn, type BurstsAt } from './bursts';
import { fabricOf, usualFabricOf, usualTrendOf, type FabricView } from './fabric';
import { hotSpotsOf, MIN_PRESSURE, type HotSpot } from './hot-spots';
import { isUncounted, lateLinksOf, type LateLink } from './late-paths';
import { pauseSpreadOf, type PauseSpread } from './pause-spread';
import { queueEvidence, type QueueEvidence } from './queues';

export interface ChannelEvidence {
  readonly key: string;
  /** Share of the objective's traffic on the channel, legs added up. */
  readonly share: number;
  readonly utilizationRatio: number;
  readonly lossRatio: number;
  readonly up: boolean;
  /** Whether the channel leads to a host rather than to another switch. */
  readonly toHost: boolean;
  /** Sent and not received, beyond what is counted as dropped; NaN when unknown. */
  readonly grayLossRatio: number;
  /** What of it the sampling explains. */
  readonly grayFloor: number;
  /** Something seems to be missing, but not yet for long or clearly enough to say so. */
  readonly grayHint?: boolean;
  /** Where the two ends are not both counted: what the requests that take it say; null: nothing. */
  readonly late?: LateLink | null;
  /** Share that the other end receives damaged; NaN when it does not count that. */
  readonly damagedRatio: number;
  /** A queue stands on it although parallel links carry as much without one. */
  readonly slow: boolean;
  /** Share of time, at most, for which pause frames hold it back; NaN when unknown. */
  readonly pausedRatio: number;
  /** 0..1, see FabricView. */
  readonly pressure: number;
  /** Average of some seconds; NaN when unknown. */
  readonly meanUtilizationRatio: number;
  /** Utilisation of the least used of its parallel links, itself among them; NaN without any. */
  readonly leastParallelRatio?: number;
  /** Sources of the objective that send to the host behind it; 0 between switches. */
  readonly fanIn: number;
  /**
   * Under pressure, but no more than while the objective was met: neither queues and marks, nor its
   * load, nor what it drops.
   */
  readonly asUsual: boolean;
  /** The largest fan-in of a host port of the switch behind it; 0 to a host. */
  readonly fanInBehind: number;
}

export interface Evidence {
  readonly state: ObjectiveState;
  readonly limits: CausePolicy;
  readonly thresholdMs: number;
  readonly channels: readonly ChannelEvidence[];
  readonly queues: readonly QueueEvidence[];
  /** Links on the path or next to it, by channel, that are down. */
  readonly downChannels: readonly string[];
  /** What stands behind the channels on the path that are under pressure, the worst first. */
  readonly hotSpots: readonly HotSpot[];
  /** Null where no port of the paths is paused. */
  readonly pauses: PauseSpread | null;
  /** Null where no channel of the paths is filled in bursts. */
  readonly bursts: BurstsAt | null;
  readonly bestAlternative: number;
}

/** Shares below this are not part of the path: a few flows do not make a percentile. */
const MIN_SHARE = 0.005;

/** Evidence by pass: diagnosis and decision of one pass look at the same. */
const gathered = new WeakMap<Pass, Map<ObjectiveState, Evidence>>();

export function evidenceFor(pass: Pass, state: ObjectiveState): Evidence {
  const known = gathered.get(pass) ?? new Map<ObjectiveState, Evidence>();
  gathered.set(pass, known);
  const evidence = known.get(state) ?? gather(pass, state);
  known.set(state, evidence);
  return evidence;
}

function gather(pass: Pass, state: ObjectiveState): Evidence {
  const frame = pass.observed.frame as TelemetryFrame;
  const thresholdMs = thresholdOf(state, pass.env.policy.detect);
  const channels: ChannelEvidence[] = [];
  const queues: QueueEvidence[] = [];
  for (const [key, share] of channelsOf(pass, state.objective)) {
    const index = frame.layout.channelIndex.get(key);
    if (index === undefined || share < MIN_SHARE) continue;
    channels.push(channelEvidence(pass, frame, state, key, index, share));
    queues.push(...queueEvidence(pass, frame, { key, index }, state, thresholdMs));
  }
  const hotSpots = hotSpotsOf(pass, state, channels);
  return {
    state,
    limits: pass.env.policy.detect.causes ?? CAUSE_DEFAULTS,
    thresholdMs,
    channels,
    queues,
    downChannels: downChannels(pass, frame, state, channels),
    bestAlternative: bestAlternative(pass, frame, state, channels),
    hotSpots,
    pauses: pauseSpreadOf(pass, channels),
    bursts: burstsOn(pass, state, channels),
  };
}

function channelEvidence(
  pass: Pass,
  frame: TelemetryFrame,
  state: ObjectiveState,
  key: string,
  index: number,
  share: number,
): ChannelEvidence {
  const fresh = (frame.channels.ageMs[index] as number) <= pass.env.policy.freshness.staleMs;
  const { capacityBps } = frame.layout.channels[index] as { capacityBps: number };
  const view = fabricOf(pass);
  const utilizationRatio = fresh ? (frame.channels.txBps[index] as number) / capacityBps : NaN;
  const lossRatio = fresh ? (frame.channels.lossRatio[index] as number) : NaN;
  return {
    key,
    share,
    utilizationRatio,
    lossRatio,
    up: frame.channels.operStatus[index] !== 0,
    toHost: !topologyIndex(pass.env.topology).opposite.has(key),
    grayLossRatio: (view?.grayLoss[index] ?? NaN) - (lossRatio || 0),
    grayFloor: view?.grayFloor[index] ?? NaN,
    grayHint: view?.hinted[index] === 1,
    late: isUncounted(pass, key) ? (lateLinksOf(pass).get(key) ?? null) : null,
    damagedRatio: view?.damaged[index] ?? NaN,
    slow: view?.slow[index] === 1,
    pausedRatio: view?.paused[index] ?? NaN,
    pressure: view?.pressure[index] ?? 0,
    meanUtilizationRatio: view?.utilization[index] ?? utilizationRatio,
    leastParallelRatio: leastParallel(frame, view, index),
    fanIn: fanInOf(pass, state.objective).get(key) ?? 0,
    asUsual: isAsUsual(pass, index),
    fanInBehind: fanInBehind(pass, state, key),
  };
}

/** By the averages or by the last frame, whichever says more: averages are slow to see a start. */
function leastParallel(frame: TelemetryFrame, view: FabricView | null, row: number): number {
  const group = view?.groupOf.get(row);
  if (view === null || group === undefined) return NaN;
  const ratios = group.channels.map((c) => {
    const now =
      (frame.channels.txBps[c] as number) / (frame.layout.channels[c]?.capacityBps ?? NaN);
    return Math.max(view.utilization[c] || 0, now || 0);
  });
  return Math.min(...ratios);
}

/** What a figure may be above its usual value, of the pressure, of the load and of the loss. */
const PRESSURE_ABOVE = 0.1;
const LOAD_ABOVE = 1.15;
const LOSS_ABOVE = 0.0005;

function isAsUsual(pass: Pass, row: number): boolean {
  const { trend } = pass.observed;
  const usual = usualTrendOf(pass);
  const view = fabricOf(pass);
  const before = usualFabricOf(pass);
  if (trend === null || usual === null || view === null || before === null) return false;
  const pressure = view.pressure[row] as number;
  if (!(pressure >= MIN_PRESSURE) || pressure > (before.pressure[row] as number) + PRESSURE_ABOVE)
    return false;
  const load = view.utilization[row] as number;
  return (
    load <= (before.utilization[row] as number) * LOAD_ABOVE &&
    worstLoss(trend, row) <= worstLoss(usual, row) + LOSS_ABOVE
  );
}

function worstLoss({ layout, worstLossRatio }: Trend, row: number): number {
  let worst = 0;
  for (const index of queuesOf(layout, row))
    if ((worstLossRatio[index] as number) > worst) worst = worstLossRatio[index] as number;
  return worst;
}

const queueRows = new WeakMap<FrameLayout, readonly (readonly number[])[]>();

function queuesOf(layout: FrameLayout, row: number): readonly number[] {
  let rows = queueRows.get(layout);
  if (rows === undefined) {
    const found: number[][] = layout.channels.map(() => []);
    layout.queues.forEach(({ channel }, index) => found[channel]?.push(index));
    queueRows.set(layout, (rows = found));
  }
  return rows[row] ?? [];
}

/** By objective: the topology and its flows do not change while it is known. */
const largestFanIns = new WeakMap<Objective, ReadonlyMap<string, number>>();

function fanInBehind(pass: Pass, { objective }: ObjectiveState, key: string): number {
  const device = topologyIndex(pass.env.topology).behind.get(key);
  let largest = largestFanIns.get(objective);
  if (largest === undefined) {
    const found = new Map<string, number>();
    for (const [port, senders] of fanInOf(pass, objective)) {
      const at = splitChannel(port).device;
      found.set(at, Math.max(senders, found.get(at) ?? 0));
    }
    largestFanIns.set(objective, (largest = found));
  }
  return device === undefined ? 0 : (largest.get(device) ?? 0);
}

/** Channels of the path that are down, and next hops of the objective's own prefixes that are. */
function downChannels(
  pass: Pass,
  frame: TelemetryFrame,
  state: ObjectiveState,
  channels: readonly ChannelEvidence[],
): readonly string[] {
  const down = new Set<string>();
  const { operStatus } = frame.channels;
  for (const channel of channels) if (!channel.up) down.add(channel.key);
  const { channelIndex } = frame.layout;
  const seen = new Set<object>();
  const model = routingOf(pass);
  for (const leg of legsOf(pass, state.objective)) {
    const hops = model.nextHops(leg.from, leg.prefix);
    if (seen.has(hops)) continue;
    seen.add(hops);
    for (const hop of hops) {
      const key = `${leg.from}:${hop.interface}`;
      if (operStatus[channelIndex.get(key) ?? -1] === 0) down.add(key);
    }
  }
  return [...down];
}

/** Utilisation of the least used next hop beside the most used one; NaN without alternative. */
function bestAlternative(
  pass: Pass,
  frame: TelemetryFrame,
  state: ObjectiveState,
  channels: readonly ChannelEvidence[],
): number {
  const hottest = channels
    .filter((item) => !item.toHost)
    .reduce<ChannelEvidence | null>(
      (top, item) => (top === null || item.utilizationRatio > top.utilizationRatio ? item : top),
      null,
    );
  if (hottest === null) return NaN;
  const model = routingOf(pass);
  let best = NaN;
  const seen = new Set<object>();
  for (const leg of legsOf(pass, state.objective)) {
    const hops = model.nextHops(leg.from, leg.prefix);
    if (seen.has(hops)) continue;
    seen.add(hops);
    for (const hop of hops) {
      const index = frame.layout.channelIndex.get(`${leg.from}:${hop.interface}`);
      if (index === undefined || `${leg.from}:${hop.interface}` === hottest.key) continue;
      const capacity = frame.layout.channels[index]?.capacityBps ?? NaN;
      const ratio = (frame.channels.txBps[index] as number) / capacity;
      if (Number.isNaN(best) || ratio < best) best = ratio;
    }
  }
  return best;
}
