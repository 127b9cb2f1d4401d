import type { IncastOutcome } from './queue-state';
import { PACKET_BYTES } from './senders';

/** First windows of many connections that reach one queue at one instant. */
export interface Onset {
  readonly connections: number;
  /** First window of one connection. */
  readonly windowBytes: number;
  /** Rate at which they come in, all feeders together, bps. */
  readonly arrivalBps: number;
  /** Rate at which the queue is emptied for them, bps. */
  readonly serviceBps: number;
  /** Room that the queue finds beside what it holds, its own growth counted. */
  readonly roomBytes: number;
  /** A lossless queue pauses its feeders instead of dropping. */
  readonly lossless: boolean;
}

/** Losses of the last so many packets of a window raise no duplicate acknowledgements. */
const TAIL_PACKETS = 3;

export const NO_INCAST: IncastOutcome = { lostRatio: 0, timeoutRatio: 0, peakBytes: 0 };

/**
 * All windows come in at `arrivalBps`, interleaved, while `serviceBps` drains. The queue grows by
 * the difference until it is full; from then on the share 1 - service / arrival of the packets is
 * lost, evenly over the connections. Who loses one of the last three packets waits for the
 * retransmission time-out (Vasudevan et al., SIGCOMM 2009, on why incast collapses).
 */
export function incastOnset(onset: Onset): IncastOutcome {
  const { arrivalBps, serviceBps, roomBytes } = onset;
  const volumeBytes = onset.connections * onset.windowBytes;
  if (arrivalBps <= serviceBps || volumeBytes <= 0) return NO_INCAST;
  const excess = 1 - serviceBps / arrivalBps;
  const wantedBytes = volumeBytes * excess;
  const peakBytes = Math.min(wantedBytes, roomBytes);
  if (wantedBytes <= roomBytes || onset.lossless) return { ...NO_INCAST, peakBytes };
  const lostRatio = (wantedBytes - roomBytes) / volumeBytes;
  const fullShare = 1 - roomBytes / wantedBytes;
  const windowPackets = Math.max(1, onset.windowBytes / PACKET_BYTES);
  const exposed = Math.min(TAIL_PACKETS, windowPackets * fullShare);
  return { lostRatio, timeoutRatio: 1 - (1 - excess) ** exposed, peakBytes };
}

/** One queue after the other: the worst of them decides about the windows as a whole. */
export const worseOf = (a: IncastOutcome, b: IncastOutcome): IncastOutcome => ({
  lostRatio: Math.max(a.lostRatio, b.lostRatio),
  timeoutRatio: Math.max(a.timeoutRatio, b.timeoutRatio),
  peakBytes: Math.max(a.peakBytes, b.peakBytes),
});
