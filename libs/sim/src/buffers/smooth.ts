import { clamp, PACKET_BYTES } from './senders';

/** Packets that leave a host back to back: segmentation offload sends 64 kB or less at once. */
const TRAIN_PACKETS = 8;

/**
 * Mean queue of smooth traffic: M/D/1 in trains of packets, bytes. Few paced connections cannot
 * meet as Poisson arrivals do: with N of them at most N - 1 trains are ahead of a packet, one
 * alone never queues (the N*D/D/1 queue).
 */
export function smoothDepthBytes(
  arrivalBps: number,
  serviceBps: number,
  connections = Infinity,
): number {
  const load = clamp(arrivalBps / Math.max(serviceBps, 1), 0, 0.98);
  const trains = Math.min((load * load) / (2 * (1 - load)), Math.max(0, connections - 1) / 2);
  return TRAIN_PACKETS * PACKET_BYTES * trains;
}
