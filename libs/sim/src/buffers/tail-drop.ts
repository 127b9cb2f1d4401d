import { clamp, PACKET_BYTES, windowPackets, type Senders } from './senders';

/** Mean depth over peak of a queue that loss-based senders fill: a sawtooth of CUBIC's beta 0.7. */
export const SAWTOOTH_MEAN_RATIO = 0.85;

/** Loss at which CUBIC and Reno give way no further: beyond it, time-outs set the pace. */
const MOST_LOSS = 0.2;

/**
 * Loss that loss-based senders need to be held at their share of a full queue: (1.22 / W)^2
 * (Mathis et al. 1997). When not even two packets of each connection fit in queue and wire, the
 * rest of them is lost in every round trip.
 */
export function tailDropRatio(senders: Senders, limitBytes: number, serviceBps: number): number {
  const queueDelayMs = (limitBytes * 8000) / Math.max(serviceBps, 1);
  const mathis = clamp((1.22 / windowPackets(senders, queueDelayMs)) ** 2, 1e-8, MOST_LOSS);
  return Math.max(mathis, crowdedRatio(senders, limitBytes, serviceBps));
}

/** Share of the smallest possible windows that finds no room, 0..1. */
export function crowdedRatio(senders: Senders, limitBytes: number, serviceBps: number): number {
  const roomBytes = limitBytes + (serviceBps * senders.baseRttMs) / 8000;
  return clamp(1 - roomBytes / (senders.connections * 2 * PACKET_BYTES), 0, 1);
}
