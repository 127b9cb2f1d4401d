import type { BufferInputs } from '../../model';
import type { QueueSettings } from '../../ports';
import { FULL_FRAME_BYTES, type Evidence, type QueueEvidence } from '../evidence';
import { splitChannel } from '../network';
import type { Pass } from '../pass';
import { USUAL_RTT_US } from './ecn-climb';
import { channelOf, splitQueue } from './queue-key';

/** First window of a TCP connection, bytes: ten segments (RFC 6928). */
const WINDOW_BYTES = 10 * FULL_FRAME_BYTES;
/** From so many senders on their first windows are what comes at once. */
export const MANY_SENDERS = 4;

/** First windows of so many senders, bytes; 0 where they are too few to come at once. */
const windowsOf = (fanIn: number): number => (fanIn >= MANY_SENDERS ? fanIn * WINDOW_BYTES : 0);

/** What a queue has to hold at once, and how that is known. */
export interface Burst {
  readonly bytes: number;
  readonly how: string;
}

/**
 * What arrives at once in a queue: the peak that it had and what it lost on top, which is never less
 * than the first windows of all its senders; or these windows alone where nothing was measured. A
 * peak at the limit is a burst that was cut off, so that what the queue held while every objective
 * was met counts where it is more. Null where nothing of this is known.
 */
export function burstOf(pass: Pass, queue: QueueEvidence, fanIn: number): Burst | null {
  const windows = windowsOf(fanIn);
  const peak = queue.peakDepthBytes > 0 ? queue.peakDepthBytes : NaN;
  const measured = peak + lostBytes(pass, queue);
  const usual = usualPeakBytes(pass, queue);
  if (usual > windows && !(measured >= usual))
    return { bytes: usual, how: 'its peak while every objective was met' };
  if (windows > 0 && !(measured >= windows))
    return { bytes: windows, how: `the first windows of ${fanIn} senders` };
  if (Number.isNaN(measured)) return null;
  const lost = Math.round(measured - peak);
  return { bytes: measured, how: `a peak of ${Math.round(peak)} and ${lost} lost bytes` };
}

/** Peak of a time in which every objective was met and the queue hardly lost; NaN if unknown. */
function usualPeakBytes({ observed }: Pass, { key }: QueueEvidence): number {
  const { frame, usual } = observed;
  if (usual === null || usual.trend.layout !== frame?.layout) return NaN;
  const row = frame.layout.queueIndex.get(key) ?? -1;
  const { worstLossRatio, peakBytes } = usual.trend;
  return (worstLossRatio[row] ?? NaN) <= LOSSY_RATIO ? (peakBytes[row] ?? NaN) : NaN;
}

/** Bytes that the queue lost in a sample of late, by its loss ratio and its rate. */
function lostBytes({ observed }: Pass, { key, recentLossRatio }: QueueEvidence): number {
  const { frame, trend } = observed;
  const row = frame?.layout.queueIndex.get(key) ?? -1;
  const rateBps = trend?.queueBps[row] ?? NaN;
  const [before, last] = (trend?.recent ?? []).slice(-2);
  if (!(recentLossRatio > 0)) return 0;
  const spanMs = before === undefined || last === undefined ? NaN : last.atMs - before.atMs;
  const sentBytes = (rateBps * spanMs) / 8000;
  return (Math.min(recentLossRatio, 0.5) / (1 - Math.min(recentLossRatio, 0.5))) * sentBytes;
}

/**
 * Windows double in each round trip until the first mark has come back. Where many senders begin at
 * once and twice the depth of the first mark, or their first windows alone, are more than the queue
 * can ever hold, what is lost is lost before anybody was told: it needs room, not marks.
 */
export function overflowsAtOnce(
  pass: Pass,
  { channels }: Evidence,
  { key }: QueueEvidence,
  settings: QueueSettings | null,
  firstMarkBytes: number,
): boolean {
  const { device } = splitQueue(key);
  const sharedBytes = pass.env.topology.devices.get(device)?.sharedBufferBytes ?? 0;
  const fanIn = channels.find((item) => item.key === channelOf(key))?.fanIn ?? 0;
  const atOnce = windowsOf(fanIn);
  return atOnce > 0 && Math.max(atOnce, 2 * firstMarkBytes) > roomOf(settings, sharedBytes);
}

/** What a queue can hold at most; Infinity where that is not known. */
function roomOf(settings: QueueSettings | null, sharedBytes: number): number {
  if (settings === null) return Infinity;
  const { limitBytes, scalingFactor, dedicatedBytes } = settings;
  if (limitBytes !== null && limitBytes > 0) return limitBytes;
  if (scalingFactor === null || !(sharedBytes > 0)) return Infinity;
  const alpha = 2 ** scalingFactor;
  return dedicatedBytes + (alpha * sharedBytes) / (1 + alpha);
}

/** Recent loss of a queue from which on it is congested (MISSION A2: 0.1 %). */
const LOSSY_RATIO = 0.001;

/** Queues of a device that are congested at once; of all names and of one. */
export function congestedAt(
  { observed }: Pass,
  device: string,
  name: string,
  full: ReadonlySet<string>,
): { readonly all: number; readonly ofClass: number } {
  const { frame, trend } = observed;
  let all = 0;
  let ofClass = 0;
  for (const [key, row] of frame?.layout.queueIndex ?? []) {
    if (splitChannel(key).device !== device) continue;
    const loses = (trend?.worstLossRatio[row] ?? 0) > LOSSY_RATIO;
    if (!loses && !full.has(key)) continue;
    all++;
    if (key.endsWith(`:${name}`)) ofClass++;
  }
  return { all: Math.max(1, all), ofClass: Math.max(1, ofClass) };
}

/** What the rules of the literature reckon with, as far as the policy and the workload say. */
export function inputsOf(
  { rttUs = USUAL_RTT_US }: { readonly rttUs?: number },
  { state }: Evidence,
  rateBps: number,
  fanIn: number,
): BufferInputs {
  const workers = new Set(state.objective.flows.flatMap(({ sources }) => sources)).size;
  return {
    rateBps,
    rttUs,
    workers: Math.max(1, workers),
    flows: Math.max(1, fanIn, workers),
    jitterUs: rttUs,
    delayUs: rttUs / 2,
  };
}
