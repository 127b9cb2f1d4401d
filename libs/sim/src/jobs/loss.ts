import type { Random } from '@weir/core/base';
import type { Network } from '../network/network';
import type { CongestionControl } from '../sharing/stream';

export const PACKET_BYTES = 1500;
/** Packets at the end of a message whose loss nobody behind them reveals (RFC 5681, 3 duplicates). */
const TAIL_PACKETS = 3;
/** A sender doubles its time-out this often before a simulated wait is cut. */
const MAX_BACKOFFS = 6;

/** Packets whose loss means a time-out; a NIC that goes back N learns of all but the last one. */
export const tailPackets = (control: CongestionControl): number =>
  control === 'dcqcn' ? 1 : TAIL_PACKETS;

/**
 * What one connection sends before the first feedback, bytes: ten packets with TCP (RFC 6928).
 * RDMA NICs start at line rate (Zhu et al. 2015), so a round trip of it, which all connections
 * that start on the NIC share.
 */
export function firstWindowBytes(
  control: CongestionControl,
  baseRttMs: number,
  nic: { readonly lineRateBps: number; readonly connections: number },
): number {
  if (control !== 'dcqcn') return 10 * PACKET_BYTES;
  return Math.max(PACKET_BYTES, (nic.lineRateBps * baseRttMs) / 8000 / nic.connections);
}

/**
 * Rate of one connection under random loss, bps; Infinity without loss. TCP: 1.22 MSS / (RTT
 * sqrt(p)), Mathis et al. 1997. Go-back-N NICs send the window again for each loss, which leaves
 * (1-p) / (1-p+pW) of the line rate.
 */
export function rateUnderLoss(
  control: CongestionControl,
  lossRatio: number,
  baseRttMs: number,
  lineRateBps: number,
): number {
  if (lossRatio <= 0 || control === 'none') return Infinity;
  const rttMs = Math.max(baseRttMs, 0.005);
  if (control === 'dcqcn') {
    const window = Math.max(1, (lineRateBps * rttMs) / 8000 / PACKET_BYTES);
    return (lineRateBps * (1 - lossRatio)) / (1 - lossRatio + lossRatio * window);
  }
  return ((PACKET_BYTES * 8 * 1.22) / Math.sqrt(lossRatio) / rttMs) * 1000;
}

/** Loss on the wires of a path that no queue shows, 0..1. */
export function grayLoss(network: Network, channels: readonly number[]): number {
  let delivered = 1;
  for (const c of channels) delivered *= 1 - network.channel(c).fault.grayLossRatio;
  return 1 - delivered;
}

export interface Penalty {
  readonly ms: number;
  /** Part of `ms` that was spent waiting for time-outs. */
  readonly timeoutMs: number;
  readonly timeouts: number;
}

const NO_PENALTY: Penalty = { ms: 0, timeoutMs: 0, timeouts: 0 };

/**
 * Time that loss adds to one message of `packets`. Lost early packets come again within a round
 * trip (fast retransmit); a loss in the tail, or of the retransmission, waits for the time-out.
 */
export function lossPenalty(
  packets: number,
  deliveredRatio: number,
  rttMs: number,
  minRtoMs: number,
  random: Random,
): Penalty {
  if (deliveredRatio >= 1) return NO_PENALTY;
  const lossRatio = 1 - deliveredRatio;
  if (random.next() >= 1 - deliveredRatio ** packets) return NO_PENALTY;
  const timeoutRatio = Math.min(1, TAIL_PACKETS / packets + 4 * lossRatio);
  if (random.next() >= timeoutRatio) return { ms: rttMs, timeoutMs: 0, timeouts: 0 };
  const waited = backOff(lossRatio, minRtoMs, random);
  return { ms: waited.ms, timeoutMs: waited.ms, timeouts: waited.timeouts };
}

/** One time-out, and doubled ones as long as the retransmission is lost too (RFC 6298, 5.5). */
export function backOff(
  lossRatio: number,
  minRtoMs: number,
  random: Random,
): { readonly ms: number; readonly timeouts: number } {
  let ms = minRtoMs;
  let timeouts = 1;
  for (let wait = 2 * minRtoMs; timeouts < MAX_BACKOFFS; wait *= 2) {
    if (random.next() >= lossRatio) break;
    ms += wait;
    timeouts += 1;
  }
  return { ms, timeouts };
}

/**
 * When a sender that lost its path tries again after the path is back: its retries come at
 * minRto, 3 minRto, 7 minRto ... after the loss, at most 64 minRto apart.
 */
export function nextRetryMs(lostAtMs: number, nowMs: number, minRtoMs: number): number {
  let wait = Math.max(minRtoMs, 0.1);
  const longest = wait * 2 ** MAX_BACKOFFS;
  let at = lostAtMs + wait;
  while (at < nowMs) {
    wait = Math.min(longest, wait * 2);
    at += wait;
  }
  return at;
}
