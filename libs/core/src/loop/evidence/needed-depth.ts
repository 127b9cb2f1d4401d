/**
 * How deep a queue has to be for its link to stay full, and from where on its senders should be
 * told. DCTCP needs K > C x RTT / 7 (Alizadeh et al., SIGCOMM 2010, section 3.3), which in a fabric
 * is some microseconds of the line rate; DCQCN starts at 100 KB and 400 KB at 25 Gb/s (HPCC,
 * SIGCOMM 2019, section 5.1), 32 and 128 microseconds. On slow links neither is worth a frame,
 * while senders put whole bursts into the queue: new TCP connections 10 segments at once (RFC
 * 6928), and DCTCP's authors take K = 20 frames at 1 Gb/s for that reason (section 3.5). So there
 * is a floor in frames beside the scaled value.
 */

/** Ethernet frame that carries 1,500 bytes of IP. */
export const FULL_FRAME_BYTES = 1_514;
const BPS_25G = 25e9;

export interface MarkingScale {
  readonly minThresholdBytesAt25G: number;
  readonly maxThresholdBytesAt25G: number;
  /** The lower threshold is never below so many full-size frames. */
  readonly minThresholdFrames: number;
}

/** Values that a policy has unless it says otherwise. */
export const USUAL_MARKING: MarkingScale = {
  minThresholdBytesAt25G: 100_000,
  maxThresholdBytesAt25G: 400_000,
  minThresholdFrames: 10,
};

/** Thresholds for a line rate, bytes; where the floor lifts one, the other keeps its distance. */
export function markingThresholds(
  scale: MarkingScale,
  capacityBps: number,
): { readonly minBytes: number; readonly maxBytes: number } {
  const factor = capacityBps / BPS_25G;
  const floor = scale.minThresholdFrames * FULL_FRAME_BYTES;
  const minBytes = Math.max(scale.minThresholdBytesAt25G * factor, floor);
  const ratio = scale.maxThresholdBytesAt25G / scale.minThresholdBytesAt25G;
  return { minBytes: Math.round(minBytes), maxBytes: Math.round(minBytes * ratio) };
}

/** Depth beyond which a queue only adds delay, bytes. */
export const neededBytes = (capacityBps: number): number =>
  markingThresholds(USUAL_MARKING, capacityBps).maxBytes;
