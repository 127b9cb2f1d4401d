import type { EcnSetting } from '../network/settings';

export const PACKET_BYTES = 1500;

/** Senders that share a bottleneck queue in equilibrium. */
export interface Senders {
  readonly connections: number;
  /** All together, bps. */
  readonly rateBps: number;
  /** Round trip without this queue's delay. */
  readonly baseRttMs: number;
}

/** Loss that Reno-like senders need to be held at their share: (1.22 / W)^2, Mathis et al. 1997. */
export function lossForShare(senders: Senders, queueDelayMs: number): number {
  const window = windowPackets(senders, queueDelayMs);
  return clamp((1.22 / window) ** 2, 1e-8, 0.2);
}

/** Rate of one Reno-like connection under random loss, bps; Infinity without loss. */
export function rateUnderLoss(lossRatio: number, rttMs: number): number {
  if (lossRatio <= 0) return Infinity;
  return ((PACKET_BYTES * 8 * 1.22) / Math.sqrt(lossRatio) / Math.max(rttMs, 0.01)) * 1000;
}

/**
 * Where ECN senders (DCTCP, DCQCN) hold the queue: the marking share that they need at their
 * window is sqrt(2 / W) (Alizadeh et al. 2010); a RED ramp from Kmin to Kmax reaches it at the
 * depth returned. Two packets a connection are always on their way, however hard it is marked.
 */
export function markedDepth(
  senders: Senders,
  ecn: EcnSetting,
  serviceBps: number,
): { readonly depthBytes: number; readonly markRatio: number } {
  const delayMs = (ecn.minThresholdBytes * 8000) / Math.max(serviceBps, 1);
  const markRatio = Math.min(1, Math.sqrt(2 / windowPackets(senders, delayMs)));
  const ramp = Math.min(1, markRatio / Math.max(ecn.maxProbability, 1e-6));
  const onRamp = ecn.minThresholdBytes + (ecn.maxThresholdBytes - ecn.minThresholdBytes) * ramp;
  return {
    depthBytes: Math.max(onRamp, senders.connections * 2 * PACKET_BYTES),
    markRatio,
  };
}

function windowPackets(senders: Senders, queueDelayMs: number): number {
  const perConnection = senders.rateBps / Math.max(1, senders.connections);
  return Math.max(2, (perConnection * (senders.baseRttMs + queueDelayMs)) / 8000 / PACKET_BYTES);
}

/** Mean depth over peak of a queue that loss-based senders fill: a sawtooth of CUBIC's beta 0.7. */
export const SAWTOOTH_MEAN_RATIO = 0.85;

/** Mean queue of smooth traffic: M/D/1 in trains of 8 packets (segmentation offload). */
export function smoothDepthBytes(arrivalBps: number, serviceBps: number): number {
  const load = clamp(arrivalBps / Math.max(serviceBps, 1), 0, 0.98);
  return 8 * PACKET_BYTES * ((load * load) / (2 * (1 - load)));
}

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));
