import type { FrameLayout, Topology } from '../../model';
import { topologyIndex } from '../network';
import type { Trend } from '../observed';
import { suddenLosses } from './sudden-loss';
import { besideOf, gapsByRow, type Gap, type Gaps } from './end-gaps';

/** What the two ends of each link say together, by the row of the channel that sends. */
export interface EndComparison {
  /** Share of what is sent that does not arrive; NaN where too little is known. */
  readonly grayLoss: Float64Array;
  /** What of that may be the sampling. */
  readonly grayFloor: Float64Array;
  /** 1 where something seems to be missing, but not yet for long or clearly enough to say so. */
  readonly hinted: Uint8Array;
}

/** Fewer frames in half of the time say nothing about a loss of a few per mille. */
const MIN_FRAMES = 10;
/** A gap below this is never called a loss. */
const MIN_GRAY = 0.003;
/** Without links to compare with, bursts and sampling may keep in step for long. */
const MIN_GRAY_ALONE = 0.01;
/** Deviations of the mean of a link's differences that count as sampling. */
const SIGMAS = 3;
/** Links that have to agree that a link beside them loses more than they do. */
const WITNESSES = 2;

/**
 * Compares what a port sent with what the other end received. The two are read at different
 * instants, so that bursts leave differences of either sign in each sample; but links of the same
 * two switches share that skew and, in synchronous jobs, the bursts. So each link is compared with
 * itself and with the links beside it, sample by sample: where the difference is steady, it is a
 * loss; where it scatters, its scatter is the floor. Both halves of the time have to say so. The
 * mean of differences of a running counter is far more exact than the scatter says, which leaves
 * room for the many links that are compared. A loss that began lately is looked for in the newest
 * frames; the clearer of the two answers counts.
 */
export function compareEnds(
  topology: Topology,
  trend: Trend,
  utilization: Float64Array,
): EndComparison {
  const { grayLoss, grayFloor, hinted } = steadyLosses(topology, trend, utilization);
  for (const [row, { mean, floor }] of suddenLosses(topology, trend, utilization)) {
    const steady = (grayLoss[row] as number) - (grayFloor[row] as number);
    if (steady > mean - floor) continue;
    grayLoss[row] = mean;
    grayFloor[row] = floor;
  }
  return { grayLoss, grayFloor, hinted };
}

function steadyLosses(topology: Topology, trend: Trend, utilization: Float64Array): EndComparison {
  const { recent, layout } = trend;
  const grayLoss = new Float64Array(utilization.length).fill(NaN);
  const grayFloor = new Float64Array(utilization.length).fill(NaN);
  const hinted = new Uint8Array(utilization.length);
  const half = recent.length >> 1;
  if (half < MIN_FRAMES) return { grayLoss, grayFloor, hinted };
  const early = gapsByRow(topology, recent.slice(0, half), layout, utilization);
  const late = gapsByRow(topology, recent.slice(half), layout, utilization);
  for (const key of topologyIndex(topology).opposite.keys()) {
    const row = layout.channelIndex.get(key) ?? -1;
    const before = gapOf(topology, layout, key, early);
    const now = gapOf(topology, layout, key, late);
    if (before === null || now === null) continue;
    grayLoss[row] = Math.min(before.mean, now.mean);
    grayFloor[row] = Math.max(before.floor, now.floor);
    if (isHint(before, now)) hinted[row] = 1;
    // Bursts that drift past the samples look like a loss for a while, and then like a gain.
    if (Math.abs(before.mean - now.mean) > 0.5 * Math.max(before.mean, now.mean)) grayLoss[row] = 0;
  }
  return { grayLoss, grayFloor, hinted };
}

/** One half of the time says that something is missing, or both have as much, if unsteadily. */
const isHint = (before: Gap, now: Gap): boolean =>
  before.mean > before.floor ||
  now.mean > now.floor ||
  Math.min(before.mean, now.mean) > MIN_GRAY_ALONE;

/** What one link misses beyond the links beside it; null without traffic to compare. */
function gapOf(topology: Topology, layout: FrameLayout, key: string, gaps: Gaps): Gap | null {
  const own = gaps.get(layout.channelIndex.get(key) ?? -1);
  if (own === undefined) return null;
  const alone = steadiness(own, ZERO);
  const beside = besideOf(topology, key)
    .map((other) => gaps.get(layout.channelIndex.get(other) ?? -1))
    .filter((series) => series !== undefined)
    .map((other) => steadiness(own, other))
    .filter(({ floor }) => floor <= Math.max(MIN_GRAY, alone.floor))
    .sort((a, b) => a.mean - b.mean);
  // Two links beside it that miss as much clear it; one alone may be odd by itself.
  const witness = beside[WITNESSES - 1];
  return witness === undefined
    ? { mean: alone.mean, floor: Math.max(MIN_GRAY_ALONE, alone.floor) }
    : { mean: witness.mean, floor: Math.max(MIN_GRAY, witness.floor) };
}

const ZERO: readonly number[] = [];

/** Mean of the differences of two series, and how much of it their scatter explains. */
function steadiness(own: readonly number[], other: readonly number[]): Gap {
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < own.length; i++) {
    const value = (own[i] as number) - (other[i] ?? 0);
    const delta = value - mean;
    mean += delta / (i + 1);
    squares += delta * (value - mean);
  }
  // Ticks may see the same sample twice; half the frames count.
  const deviation = Math.sqrt(squares / (own.length - 1));
  return { mean, floor: (SIGMAS * deviation) / Math.sqrt(own.length / 2) };
}
