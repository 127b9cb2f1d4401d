import type { TelemetryFrame } from '../../model';
import type { Trend } from '../observed';
import type { Pass } from '../pass';
import type { DemandHedge } from './hedge-state';
import type { Leg } from './legs';

/** Rows of which the demand is followed: the largest. */
const MAX_ROWS = 2_048;
/** A demand is judged by its mean over so long, ms: what weights have to hold for, not a burst. */
const BLOCK_MS = 10_000;
/** Share that the moving average takes of a new block. */
const AVERAGE_GAIN = 0.1;
/** What is left of a peak a block later: a dozen blocks until it has halved. */
const PEAK_FADE = 0.945;
/** What is left of an old error a block later. */
const ERROR_FADE = 0.9;
/** Too little costs so many times as much as too much: it fills a link, the other only evens less. */
const UNDER_PRICE = 3;
/** Blocks that have to be judged before any forecast is trusted more than the average now. */
const MIN_JUDGED = 3;
/** A forecast this far from what is measured is not believed. */
const MAX_FACTOR = 2;

/** Forecasts that compete: last block, moving average, fading peak, half of each of those two. */
const EXPERTS = 4;

/**
 * Follows the demand of the largest commodities: each block every forecast that was made for it is
 * judged by what came (as a quantile is, since too little is worse than too much), and the one with
 * the least error of late is what the commodity is expected to send in the next.
 */
export function foldDemand(
  hedge: DemandHedge | undefined,
  frame: TelemetryFrame,
  trend: Trend,
): DemandHedge {
  const { layout, atMs } = frame;
  if (hedge?.layout !== layout || atMs < hedge.sinceMs) return followed(undefined, frame, trend);
  const sumBps = hedge.sumBps.slice();
  const frames = hedge.frames.slice();
  for (let i = 0; i < hedge.rows.length; i++) {
    const bps = frame.prefixes.txBps[hedge.rows[i]!] as number;
    if (Number.isNaN(bps)) continue;
    sumBps[i] = sumBps[i]! + bps;
    frames[i] = frames[i]! + 1;
  }
  const counted = { ...hedge, sumBps, frames };
  if (atMs - hedge.sinceMs < BLOCK_MS) return counted;
  return followed(judgedBlock(counted), frame, trend);
}

function judgedBlock(hedge: DemandHedge): DemandHedge {
  const lastBps = hedge.lastBps.slice();
  const averageBps = hedge.averageBps.slice();
  const peakBps = hedge.peakBps.slice();
  const errors = hedge.errors.slice();
  const judged = hedge.judged.slice();
  for (let i = 0; i < hedge.rows.length; i++) {
    if (hedge.frames[i] === 0) continue;
    const came = hedge.sumBps[i]! / hedge.frames[i]!;
    const known = !Number.isNaN(lastBps[i]!);
    if (known) {
      for (let e = 0; e < EXPERTS; e++) {
        const missed = came - forecastOf(hedge, i, e);
        const error = missed > 0 ? UNDER_PRICE * missed : -missed;
        errors[i * EXPERTS + e] = errors[i * EXPERTS + e]! * ERROR_FADE + error;
      }
      judged[i] = judged[i]! + 1;
    }
    lastBps[i] = came;
    averageBps[i] = known ? averageBps[i]! + AVERAGE_GAIN * (came - averageBps[i]!) : came;
    peakBps[i] = known ? Math.max(came, peakBps[i]! * PEAK_FADE) : came;
  }
  return { ...hedge, lastBps, averageBps, peakBps, errors, judged };
}

function forecastOf(hedge: DemandHedge, i: number, expert: number): number {
  const average = hedge.averageBps[i]!;
  const peak = hedge.peakBps[i]!;
  switch (expert) {
    case 0:
      return hedge.lastBps[i]!;
    case 1:
      return average;
    case 2:
      return peak;
    default:
      return (average + peak) / 2;
  }
}

/** A new block over the rows that are the largest now; what is known of those that stay is kept. */
function followed(
  hedge: DemandHedge | undefined,
  { layout, atMs }: TelemetryFrame,
  trend: Trend,
): DemandHedge {
  const rows = largestRows(trend.prefixBps);
  const places = new Map(Array.from(hedge?.rows ?? [], (row, i) => [row, i]));
  const kept = (column: Float64Array | undefined, unknown: number, width = 1): Float64Array => {
    const next = new Float64Array(rows.length * width).fill(unknown);
    rows.forEach((row, i) => {
      const at = places.get(row);
      if (at === undefined || column === undefined) return;
      for (let w = 0; w < width; w++) next[i * width + w] = column[at * width + w]!;
    });
    return next;
  };
  return {
    layout,
    sinceMs: atMs,
    rows,
    sumBps: new Float64Array(rows.length),
    frames: new Float64Array(rows.length),
    lastBps: kept(hedge?.lastBps, NaN),
    averageBps: kept(hedge?.averageBps, NaN),
    peakBps: kept(hedge?.peakBps, NaN),
    errors: kept(hedge?.errors, 0, EXPERTS),
    judged: kept(hedge?.judged, 0),
  };
}

/** In the order of the layout, so that a row is found by halving. */
function largestRows(bps: Float64Array): Int32Array {
  const positive = bps.filter((value) => value > 0);
  const least = positive.length <= MAX_ROWS ? 0 : (positive.sort().at(-MAX_ROWS) ?? 0);
  const rows: number[] = [];
  for (let row = 0; row < bps.length && rows.length < MAX_ROWS; row++)
    if ((bps[row] as number) > 0 && (bps[row] as number) >= least) rows.push(row);
  return Int32Array.from(rows);
}

/**
 * What a leg is expected to send in the next minutes, bps: by the forecast that was best of late,
 * within a factor of what is measured; the measured average itself where nobody can tell yet.
 */
export function hedgedBps(pass: Pass, { from, prefix }: Leg, measuredBps: number): number {
  const { demand } = pass.observed;
  const row = demand?.layout.prefixIndex.get(`${from}|${prefix}`) ?? -1;
  if (demand === undefined || row < 0) return measuredBps;
  const i = placeOf(demand.rows, row);
  if (i < 0 || demand.judged[i]! < MIN_JUDGED) return measuredBps;
  let best = 0;
  for (let e = 1; e < EXPERTS; e++)
    if (demand.errors[i * EXPERTS + e]! < demand.errors[i * EXPERTS + best]!) best = e;
  const expected = forecastOf(demand, i, best);
  return Math.min(measuredBps * MAX_FACTOR, Math.max(measuredBps / MAX_FACTOR, expected));
}

function placeOf(rows: Int32Array, row: number): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return rows[low] === row ? low : -1;
}
