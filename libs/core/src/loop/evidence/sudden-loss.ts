import type { FrameLayout, Topology } from '../../model';
import { topologyIndex } from '../network';
import type { Trend } from '../observed';
import { besideOf, gapsOf, type Gap } from './end-gaps';

/** Shorter windows hold too few samples of either end, ms. */
const MIN_SPAN_MS = 6_000;
const MIN_FRAMES = 6;
/** Each window is so many times as long as the one before it. */
const LONGER = 1.5;
/** Of a few seconds only a loss beyond this is believed, on links with that much traffic. */
const MIN_SUDDEN = 0.015;
const MIN_USED = 0.02;
/** A loss is so many times as large as what any link seems to deliver beyond what it is sent. */
const BEYOND_GAINS = 1.5;
/** Links that have to agree that a link beside them loses more than they do. */
const WITNESSES = 2;

/**
 * Losses that began some seconds ago, by the row of the channel that sends: the newest frames, in
 * windows of growing length, of each link by itself. Rates of a running counter telescope: reading
 * it late makes one sample too large and the next as much too small, so that over a window only
 * the ends count. How far the running sum of the differences strays from a straight line shows how
 * much reading late is worth on this link; a loss makes it a straight line of its own.
 */
export function suddenLosses(
  topology: Topology,
  { recent, layout }: Pick<Trend, 'recent' | 'layout'>,
  utilization: Float64Array,
): ReadonlyMap<number, Gap> {
  const found = new Map<number, Gap>();
  const windows = windowsOf(recent);
  const missing = new Map<string, readonly number[]>();
  for (const [key, other] of topologyIndex(topology).opposite) {
    const row = layout.channelIndex.get(key) ?? -1;
    const back = layout.channelIndex.get(other) ?? -1;
    if ((utilization[row] ?? 0) > MIN_USED) missing.set(key, missingIn(recent, row, back, windows));
  }
  const gains = windows.map((_, i) => largestGain(missing, i));
  for (const [key, ratios] of missing) {
    const row = layout.channelIndex.get(key) ?? -1;
    const gaps = windows
      .filter(
        (_, i) => (ratios[i] as number) > Math.max(MIN_SUDDEN, BEYOND_GAINS * (gains[i] ?? 0)),
      )
      .map((frames) => lossOf(topology, layout, key, recent.slice(-frames)))
      .filter((gap) => gap !== null);
    for (const gap of gaps) {
      const known = found.get(row);
      if (known === undefined || gap.mean - gap.floor > known.mean - known.floor)
        found.set(row, gap);
    }
  }
  return withoutTwins(found);
}

/** Two losses that differ by less than this share of them are one thing. */
const TWINS = 0.03;

/**
 * Two links that begin to lose the same at the same time do not lose: iterations that beat with the
 * samples make the same straight line of both. A loss of theirs would show in longer windows.
 */
function withoutTwins(found: ReadonlyMap<number, Gap>): ReadonlyMap<number, Gap> {
  const isTwin = (row: number, { mean }: Gap): boolean =>
    [...found].some(
      ([other, gap]) =>
        other !== row && Math.abs(gap.mean - mean) < TWINS * Math.max(gap.mean, mean),
    );
  return new Map([...found].filter(([row, gap]) => !isTwin(row, gap)));
}

/** Lengths in frames, the shortest first. */
function windowsOf(recent: Trend['recent']): readonly number[] {
  const last = recent.at(-1);
  const first = recent[0];
  if (last === undefined || first === undefined || recent.length < 2) return [];
  const frameMs = (last.atMs - first.atMs) / (recent.length - 1);
  const lengths: number[] = [];
  let frames = Math.max(MIN_FRAMES, Math.ceil(MIN_SPAN_MS / frameMs));
  for (; frames <= recent.length; frames = Math.ceil(frames * LONGER)) lengths.push(frames);
  return lengths;
}

/** What is missing in each window, relative to what was sent; NaN where that is not known. */
function missingIn(
  recent: Trend['recent'],
  row: number,
  back: number,
  windows: readonly number[],
): readonly number[] {
  let sent = 0;
  let received = 0;
  let frames = 0;
  return windows.map((length) => {
    for (; frames < length; frames++) {
      const { txBps, rxBps } = recent[recent.length - 1 - frames] as Trend['recent'][number];
      sent += txBps[row] as number;
      received += rxBps[back] as number;
    }
    return (sent - received) / sent;
  });
}

/**
 * No link delivers more than it is sent: where one seems to, iterations that drift past the samples
 * of its two ends are so much, and others that seem to lose are in the same rhythm.
 */
function largestGain(missing: ReadonlyMap<string, readonly number[]>, window: number): number {
  let largest = 0;
  for (const ratios of missing.values())
    largest = Math.max(largest, -(ratios[window] as number) || 0);
  return largest;
}

/** What a link loses beyond what sampling explains, of which the links beside it are clear. */
function lossOf(
  topology: Topology,
  layout: FrameLayout,
  key: string,
  recent: Trend['recent'],
): Gap | null {
  const { opposite } = topologyIndex(topology);
  const seriesOf = (channel: string): readonly number[] | null => {
    const row = layout.channelIndex.get(channel) ?? -1;
    return gapsOf(recent, row, layout.channelIndex.get(opposite.get(channel) ?? '') ?? -1);
  };
  const own = seriesOf(key);
  if (own === null) return null;
  const alone = slopeOf(own);
  if (alone.mean <= Math.max(MIN_SUDDEN, alone.floor)) return null;
  const witness = besideOf(topology, key)
    .map(seriesOf)
    .filter((series) => series !== null)
    .map((series) => slopeOf(own.map((gap, i) => gap - (series[i] ?? 0))))
    .filter(({ floor }) => floor <= Math.max(MIN_SUDDEN, alone.floor))
    .sort((a, b) => a.mean - b.mean)[WITNESSES - 1];
  const mean = Math.min(alone.mean, witness?.mean ?? Infinity);
  const floor = Math.max(MIN_SUDDEN, alone.floor, witness?.floor ?? 0);
  return mean > floor ? { mean, floor } : null;
}

/** Mean, and what the running sum's way from a straight line explains of it. */
function slopeOf(series: readonly number[]): Gap {
  const mean = meanOf(series);
  let sum = 0;
  let strays = 0;
  series.forEach((value, i) => {
    sum += value;
    strays = Math.max(strays, Math.abs(sum - mean * (i + 1)));
  });
  // A few samples may lie on a line by chance.
  const sigmas = 4 + 18 / series.length;
  return { mean, floor: (sigmas * strays) / series.length };
}

const meanOf = (series: readonly number[]): number =>
  series.reduce((sum, value) => sum + value, 0) / series.length;
