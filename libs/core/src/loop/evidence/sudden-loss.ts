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
  for (const [key, other] of topologyIndex(topology).opposite) {
    const row = layout.channelIndex.get(key) ?? -1;
    const back = layout.channelIndex.get(other) ?? -1;
    if (!((utilization[row] ?? 0) > MIN_USED)) continue;
    const gaps = suspiciousWindows(recent, row, back, windows)
      .map((frames) => lossOf(topology, layout, key, recent.slice(-frames)))
      .filter((gap) => gap !== null);
    for (const gap of gaps) {
      const known = found.get(row);
      if (known === undefined || gap.mean - gap.floor > known.mean - known.floor)
        found.set(row, gap);
    }
  }
  return found;
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

/** Those in which more is missing than nothing: nearly all links are whole, and cost no more. */
function suspiciousWindows(
  recent: Trend['recent'],
  row: number,
  back: number,
  windows: readonly number[],
): readonly number[] {
  const suspicious: number[] = [];
  let sent = 0;
  let received = 0;
  let frames = 0;
  for (const length of windows) {
    for (; frames < length; frames++) {
      const { txBps, rxBps } = recent[recent.length - 1 - frames] as Trend['recent'][number];
      sent += txBps[row] as number;
      received += rxBps[back] as number;
    }
    if (sent - received > MIN_SUDDEN * sent) suspicious.push(length);
  }
  return suspicious;
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
