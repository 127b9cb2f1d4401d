import type { TelemetryFrame, Topology } from '../../model';
import type { Trend } from '../observed';
import { foldElephants } from './elephants';
import { foldQueueGrowth } from './queue-growth';
import { foldStalls } from './stalls';

/** Time constant of the averages, ms: some iterations of a training job, some samples. */
const AVERAGE_MS = 5_000;
/** Frames of which the rates are kept as they were. */
const RECENT_FRAMES = 32;
/** Frames of which the least depth is what a queue holds all the time. */
const HELD_FRAMES = 4;
/** The worst loss fades so many times as slowly as the averages. */
const WORST_FADES = 4;

/**
 * Folds the columns of a frame into exponential averages. Traffic of synchronous jobs comes in
 * bursts, so that one sample says little about a channel; unknown makes the average unknown, and
 * the next known sample starts it anew.
 */
export function foldTrend(topology: Topology, trend: Trend | null, frame: TelemetryFrame): Trend {
  const { channels, queues, prefixes, layout } = frame;
  const old = trend !== null && trend.layout === layout ? trend : null;
  if (old !== null && frame.atMs <= old.atMs) return old;
  const elapsedMs = old === null ? 0 : frame.atMs - old.atMs;
  // The first samples count alike, so that an average is not stuck to where it began.
  const frames = (old?.frames ?? 0) + 1;
  const gain = Math.max(1 / frames, 1 - Math.exp(-elapsedMs / AVERAGE_MS));
  const latest = { atMs: frame.atMs, txBps: channels.txBps.slice(), rxBps: channels.rxBps.slice() };
  const recentDepths = [...(old?.recentDepths ?? []), queues.depthBytes.slice()].slice(
    -HELD_FRAMES,
  );
  return {
    layout,
    atMs: frame.atMs,
    frames,
    txBps: average(old?.txBps, channels.txBps, gain),
    recent: [...(old?.recent ?? []), latest].slice(-RECENT_FRAMES),
    inErrorRatio: average(old?.inErrorRatio, channels.inErrorRatio, gain),
    pauseRxPps: average(old?.pauseRxPps, channels.pauseRxPps, gain),
    pauseTxPps: average(old?.pauseTxPps, channels.pauseTxPps, gain),
    depthBytes: average(old?.depthBytes, queues.depthBytes, gain),
    recentDepths,
    heldBytes: leastOf(recentDepths),
    peakBytes: peaks(old?.peakBytes, queues.peakDepthBytes, gain),
    lossRatio: average(old?.lossRatio, queues.lossRatio, gain),
    worstLossRatio: peaks(old?.worstLossRatio, queues.lossRatio, gain / WORST_FADES),
    markRatio: average(old?.markRatio, queues.markRatio, gain),
    queueBps: average(old?.queueBps, queues.txBps, gain),
    prefixBps: average(old?.prefixBps, prefixes.txBps, gain),
    stalledMs: foldStalls(old, frame, elapsedMs),
    largeMs: foldElephants(topology, old, frame, elapsedMs),
    growth: foldQueueGrowth(old?.growth ?? null, frame, gain),
  };
}

function average(old: Float64Array | undefined, now: Float64Array, gain: number): Float64Array {
  const next = new Float64Array(now.length);
  if (old === undefined) {
    next.set(now);
    return next;
  }
  for (let i = 0; i < next.length; i++) {
    const before = old[i] as number;
    const value = now[i] as number;
    next[i] = before === before ? before + gain * (value - before) : value;
  }
  return next;
}

/** Of each row over some frames; 0 while there are too few of them, NaN where one is unknown. */
function leastOf(columns: readonly Float64Array[]): Float64Array {
  const least = new Float64Array(columns[0]?.length ?? 0);
  if (columns.length < HELD_FRAMES) return least;
  return least.map((_, i) => Math.min(...columns.map((column) => column[i] as number)));
}

/** Highest of late: rises at once, fades with the averages. */
function peaks(old: Float64Array | undefined, now: Float64Array, gain: number): Float64Array {
  const next = new Float64Array(now.length);
  for (let i = 0; i < next.length; i++) {
    const faded = (old?.[i] ?? 0) * (1 - gain);
    const value = now[i] as number;
    next[i] = value <= faded ? faded : value;
  }
  return next;
}
