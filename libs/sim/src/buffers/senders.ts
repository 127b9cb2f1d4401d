/** Bytes of a full packet on the wire; the fluid becomes packets only to be counted. */
export const PACKET_BYTES = 1500;

/** Connections of one kind that share a bottleneck queue in equilibrium. */
export interface Senders {
  readonly connections: number;
  /** All of them together, bps. */
  readonly rateBps: number;
  /** Round trip without the delay of this queue. */
  readonly baseRttMs: number;
}

/** Packets on their way of one connection, at least the two that a sender never goes below. */
export function windowPackets(senders: Senders, queueDelayMs: number): number {
  const perConnection = senders.rateBps / Math.max(1, senders.connections);
  return Math.max(2, (perConnection * (senders.baseRttMs + queueDelayMs)) / 8000 / PACKET_BYTES);
}

/** Time that a queue of `bytes` takes to drain, ms. */
export const drainMs = (bytes: number, serviceBps: number): number =>
  (bytes * 8000) / Math.max(serviceBps, 1);

export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));
