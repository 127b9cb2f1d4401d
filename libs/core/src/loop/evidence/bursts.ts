import type { ObjectiveState, Trend } from '../observed';
import type { Pass } from '../pass';
import { dissect } from './dissect';

/** Bursts that fill a link and leave it with room between. */
export interface Bursts {
  /** Share of time in which it is on. */
  readonly onRatio: number;
  /** Times it went from low to high. */
  readonly rises: number;
  /** Mean time between two rises, ms; NaN with fewer than two. */
  readonly periodMs: number;
  /** 0..1: autocorrelation of the rates at that time; NaN with fewer than two. */
  readonly regularity: number;
  /** Highest utilisation of a frame, 0..1. */
  readonly peakRatio: number;
}

export interface BurstsAt extends Bursts {
  readonly key: string;
}

/** Frames that are looked at, and how many of them say anything. */
const MIN_FRAMES = 8;
/** A link is busy from here on, */
const BUSY = 0.6;
/** and bursts leave it with less than this share of that between them. */
const QUIET = 0.4;
/** Below this share of its peak a burst may be ending, which the next frame will show. */
const FALLING = 0.75;

/** Looks for bursts in rates at even steps, oldest first; null where there are none. */
export function burstsIn(ratios: readonly number[], frameMs: number): Bursts | null {
  const known = ratios.filter((ratio) => !Number.isNaN(ratio));
  if (known.length < MIN_FRAMES) return null;
  const peakRatio = Math.max(...known);
  const low = QUIET * peakRatio;
  if (peakRatio < BUSY) return null;
  // From the first rise on: what was before is of another time.
  const middle = (peakRatio + low) / 2;
  const rises: number[] = [];
  let quiet = (known[0] as number) < low;
  known.forEach((ratio, i) => {
    if (ratio < low) quiet = true;
    else if (ratio > middle && quiet) {
      rises.push(i);
      quiet = false;
    }
  });
  const [first] = rises;
  if (first === undefined) return null;
  const since = known.slice(first);
  const on = since.filter((ratio) => ratio > middle).length;
  const falls = (known.at(-1) as number) < FALLING * peakRatio;
  if (!falls && !since.some((ratio) => ratio < low)) return null;
  const last = rises.at(-1) ?? first;
  const lag = rises.length < 2 ? NaN : (last - first) / (rises.length - 1);
  return {
    onRatio: on / since.length,
    rises: rises.length,
    periodMs: lag * frameMs,
    regularity: Number.isNaN(lag) ? NaN : autocorrelation(since, Math.round(lag)),
    peakRatio,
  };
}

/** Of a series with itself some steps later, -1..1; 0 where it does not vary. */
function autocorrelation(series: readonly number[], lag: number): number {
  const pairs = series.length - lag;
  if (pairs < 2) return 0;
  const early = series.slice(0, pairs);
  const late = series.slice(lag);
  const [a, b] = [meanOf(early), meanOf(late)];
  let products = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < pairs; i++) {
    const x = (early[i] as number) - a;
    const y = (late[i] as number) - b;
    products += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA * squaresB === 0 ? 0 : products / Math.sqrt(squaresA * squaresB);
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Channels with less of this at their busiest frame need not be looked at. */
const MAX_LOOKED_AT = 8;
/** A synchronous job makes bursts by itself: more than this share of them is its own. */
const OWN_SHARE = 0.5;

/** The channel of the paths that somebody's bursts fill most. */
export function burstsOn(
  pass: Pass,
  state: ObjectiveState,
  channels: readonly { readonly key: string }[],
): BurstsAt | null {
  const { trend } = pass.observed;
  if (trend === null || trend.recent.length < MIN_FRAMES) return null;
  const { layout, recent } = trend;
  const spanMs = (recent.at(-1)?.atMs ?? 0) - (recent[0]?.atMs ?? 0);
  const frameMs = spanMs / (recent.length - 1);
  const found = channels.flatMap(({ key }): BurstsAt[] => {
    const row = layout.channelIndex.get(key) ?? -1;
    const capacityBps = layout.channels[row]?.capacityBps ?? NaN;
    const ratios = recent.map(({ txBps }) => (txBps[row] as number) / capacityBps);
    const bursts = burstsIn(ratios, frameMs);
    return bursts === null ? [] : [{ key, ...bursts }];
  });
  return (
    found
      .sort((a, b) => b.rises - a.rises || b.peakRatio - a.peakRatio)
      .slice(0, MAX_LOOKED_AT)
      .find(({ key }) => !isOwn(pass, trend, state, key)) ?? null
  );
}

/** Whether most of a channel is the synchronous job's own traffic; requests make no such bursts. */
function isOwn(pass: Pass, trend: Trend, { objective }: ObjectiveState, key: string): boolean {
  if (objective.metric === 'request-latency') return false;
  const { parts, totalBps } = dissect(pass, trend, key);
  const { endpoints } = pass.env.topology;
  const own = new Set(
    objective.flows.flatMap(({ destinations }) =>
      destinations.map((id) => endpoints.get(id)?.prefix),
    ),
  );
  const bps = parts.reduce((sum, part) => (own.has(part.prefix) ? sum + part.bps : sum), 0);
  return !(totalBps > 0) || bps > OWN_SHARE * totalBps;
}
