import type { FrameLayout, Topology } from '../../model';
import { topologyIndex } from '../network';
import type { Trend } from '../observed';
import type { Pass } from '../pass';
import { compareEnds } from './gray';
import { pausedRatioOf } from './pauses';

/** Links that a switch can choose among, or over which it can be reached. */
export interface ParallelLinks {
  /** `up` leaves the device towards the next tier, `down` comes from there. */
  readonly direction: 'up' | 'down';
  readonly device: string;
  readonly tier: number;
  /** Rows of the layout. */
  readonly channels: readonly number[];
}

/** What the averages say about every channel, by its row in the layout. */
export interface FabricView {
  readonly utilization: Float64Array;
  /**
   * 0..1: drops, marks, a standing queue or a full link. Bursts of a synchronous job leave these
   * behind even where their mean is far from the capacity.
   */
  readonly pressure: Float64Array;
  /** Share of what is sent that does not arrive and is not counted as dropped; NaN: unknown. */
  readonly grayLoss: Float64Array;
  /** What the skew between the samples of the two ends explains of it. */
  readonly grayFloor: Float64Array;
  /** 1 where something seems to be missing, but not yet for long or clearly enough to say so. */
  readonly hinted: Uint8Array;
  /** Share of what is sent that the other end receives damaged; NaN: not counted there. */
  readonly damaged: Float64Array;
  /**
   * Carries less than its rate: a queue stands where parallel links with as much have none, or has
   * packets waiting while the port sends less than it should and nobody pauses it.
   */
  readonly slow: Uint8Array;
  /** Share of time, at most, for which pause frames hold the port back; NaN where unknown. */
  readonly paused: Float64Array;
  readonly groupOf: ReadonlyMap<number, ParallelLinks>;
  readonly groups: readonly ParallelLinks[];
}

const views = new WeakMap<Trend, FabricView>();

export function fabricOf(pass: Pass): FabricView | null {
  const { trend } = pass.observed;
  return trend === null ? null : viewAt(pass, trend);
}

/** The same of a time in which every objective was met; null where there was none of late. */
export function usualFabricOf(pass: Pass): FabricView | null {
  const usual = usualTrendOf(pass);
  return usual === null ? null : viewAt(pass, usual);
}

/** Averages that are younger may hold the beginning of what is wrong now, ms. */
const USUAL_AGE_MS = 8_000;

/** Averages of that time: the younger of those that are old enough. */
export function usualTrendOf({ observed: { usual, trend } }: Pass): Trend | null {
  if (usual === null || trend === null) return null;
  const { next } = usual;
  const chosen = trend.atMs - next.atMs >= USUAL_AGE_MS ? next : usual.trend;
  return trend.atMs - chosen.atMs >= USUAL_AGE_MS ? chosen : null;
}

function viewAt(pass: Pass, trend: Trend): FabricView {
  let view = views.get(trend);
  if (view === undefined) views.set(trend, (view = viewOf(pass.env.topology, trend)));
  return view;
}

/** Full pressure at this loss, share of marked packets, and standing queue. */
const FULL_LOSS = 0.002;
const FULL_MARKS = 0.02;
const FULL_DELAY_S = 200e-6;

const clamp = (value: number): number => Math.max(0, Math.min(1, value));

function viewOf(topology: Topology, trend: Trend): FabricView {
  const { layout } = trend;
  const count = layout.channels.length;
  const utilization = new Float64Array(count);
  const pressure = new Float64Array(count);
  for (let c = 0; c < count; c++) {
    const ratio = (trend.txBps[c] as number) / (layout.channels[c]?.capacityBps ?? NaN);
    utilization[c] = ratio;
    if (ratio > 0) pressure[c] = clamp((ratio - 0.7) / 0.25);
  }
  const queueing = new Float64Array(count);
  const waiting = new Float64Array(count);
  for (let q = 0; q < layout.queues.length; q++) {
    const c = layout.queues[q]?.channel ?? -1;
    const capacityBps = layout.channels[c]?.capacityBps ?? NaN;
    const delayS = ((trend.depthBytes[q] as number) * 8) / capacityBps;
    const waits = Math.max(
      known((trend.markRatio[q] as number) / FULL_MARKS),
      known(delayS / FULL_DELAY_S),
    );
    const worst = Math.max(known((trend.lossRatio[q] as number) / FULL_LOSS), waits);
    if (waits > (waiting[c] ?? 0)) waiting[c] = Math.min(1, waits);
    if (worst > (queueing[c] ?? 0)) queueing[c] = Math.min(1, worst);
    if (worst > (pressure[c] ?? 0)) pressure[c] = Math.min(1, worst);
  }
  const { groups, groupOf } = parallelLinks(topology, layout);
  const { grayLoss, grayFloor, hinted } = compareEnds(topology, trend, utilization);
  const paused = pausedOf(trend);
  const slow = slowLinks(groups, trend, utilization, { queueing, waiting });
  markStalled(slow, trend, paused);
  const damaged = damagedOf(topology, trend);
  const ends = { grayLoss, grayFloor, hinted };
  return { utilization, pressure, ...ends, damaged, slow, paused, groups, groupOf };
}

const known = (value: number): number => (value > 0 ? value : 0);

/** By layout: it is made once for a topology. */
const groupsByLayout = new WeakMap<FrameLayout, Pick<FabricView, 'groups' | 'groupOf'>>();

function parallelLinks(topology: Topology, layout: FrameLayout) {
  const ready = groupsByLayout.get(layout);
  if (ready !== undefined) return ready;
  const { uplinks, behind, opposite, tier } = topologyIndex(topology);
  const groups: ParallelLinks[] = [];
  for (const [device, channels] of uplinks) {
    const own = tier.get(device);
    if (own === undefined) continue;
    const up = channels.filter((key) => tier.get(behind.get(key) ?? device) === own + 1);
    const down = up.map((key) => opposite.get(key) ?? '');
    for (const [direction, keys] of [
      ['up', up],
      ['down', down],
    ] as const) {
      const rows = keys.flatMap((key) => layout.channelIndex.get(key) ?? []);
      if (rows.length > 1) groups.push({ direction, device, tier: own, channels: rows });
    }
  }
  const groupOf = new Map(groups.flatMap((group) => group.channels.map((row) => [row, group])));
  const found = { groups, groupOf };
  groupsByLayout.set(layout, found);
  return found;
}

/** A link that is full all the time sends the same in each sample, whatever its real rate is. */
const MAX_VARIATION = 0.08;

function isSteady({ recent }: Trend, row: number): boolean {
  const rates = recent.map(({ txBps }) => txBps[row] as number);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length;
  return recent.length >= 8 && Math.sqrt(variance) < MAX_VARIATION * mean;
}

function damagedOf(topology: Topology, trend: Trend): Float64Array {
  const { channelIndex } = trend.layout;
  const damaged = new Float64Array(trend.txBps.length).fill(NaN);
  for (const [key, other] of topologyIndex(topology).opposite) {
    const ratio = trend.inErrorRatio[channelIndex.get(other) ?? -1];
    if (ratio !== undefined) damaged[channelIndex.get(key) ?? -1] = ratio;
  }
  return damaged;
}

/**
 * A queue under pressure on a link that carries no more than its parallel links, while those have
 * none: it does not drain at the rate it should. One that only loses may hold too little. Bursts that
 * meet on this link look alike, but then what it sends varies from sample to sample.
 */
function slowLinks(
  groups: readonly ParallelLinks[],
  trend: Trend,
  utilization: Float64Array,
  { queueing, waiting }: Readonly<Record<'queueing' | 'waiting', Float64Array>>,
): Uint8Array {
  const slow = new Uint8Array(utilization.length);
  for (const { channels } of groups)
    for (const c of channels) {
      const own = utilization[c] as number;
      if (!((waiting[c] as number) >= 0.5) || !(own > 0.05 && own < 0.75)) continue;
      if (!isSteady(trend, c)) continue;
      const free = channels.filter(
        (other) =>
          (utilization[other] as number) >= own * 0.95 && (queueing[other] as number) < 0.05,
      );
      // One of them alone may have smoother traffic; half of them do not by chance.
      if (free.length >= 2 && free.length >= (channels.length - 1) / 2) slow[c] = 1;
    }
  return slow;
}

/** So long a port has to stay behind its backlog: samples of one frame may be of different times. */
const STALLED_MS = 1_500;
/** Pauses that take more of the time explain it. */
const MAX_PAUSED = 0.02;

function markStalled(slow: Uint8Array, { layout, stalledMs }: Trend, paused: Float64Array): void {
  layout.queues.forEach(({ channel }, i) => {
    const innocent = (paused[channel] as number) > MAX_PAUSED;
    if ((stalledMs[i] as number) >= STALLED_MS && !innocent) slow[channel] = 1;
  });
}

const pausedOf = ({ layout, pauseRxPps }: Trend): Float64Array =>
  pauseRxPps.map((pps, i) => pausedRatioOf(pps, layout.channels[i]?.capacityBps ?? NaN));

/** Channels that traffic should not be sent to although they are up. */
export function isImpaired(view: FabricView, channel: number): boolean {
  if (view.slow[channel] === 1) return true;
  if (!((view.utilization[channel] as number) > MIN_AVOIDED)) return false;
  if ((view.damaged[channel] as number) > MIN_DAMAGED) return true;
  return (view.grayLoss[channel] as number) > (view.grayFloor[channel] as number);
}

/** Damaged frames that are no more than a good cable's; 802.3 allows far less. */
export const MIN_DAMAGED = 2e-4;
/** With less traffic than this on a link its loss hurts nobody, and is too uncertain to avoid. */
const MIN_AVOIDED = 0.02;
