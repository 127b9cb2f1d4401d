import { clamp, PACKET_BYTES } from './senders';

/** Packets that leave a host back to back: segmentation offload sends 64 kB or less at once. */
const TRAIN_PACKETS = 8;

/** Mean queue of smooth traffic: M/D/1 in trains of packets, bytes. */
export function smoothDepthBytes(arrivalBps: number, serviceBps: number): number {
  const load = clamp(arrivalBps / Math.max(serviceBps, 1), 0, 0.98);
  return TRAIN_PACKETS * PACKET_BYTES * ((load * load) / (2 * (1 - load)));
}
