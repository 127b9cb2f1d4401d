import type { QueueSettings } from '../../ports';
import { FULL_FRAME_BYTES, markingThresholds, type MarkingScale } from '../evidence';

export interface Thresholds {
  readonly minBytes: number;
  readonly maxBytes: number;
}

/** Step of the thresholds where marking is on already. */
const STEP = 1.25;
/**
 * Thresholds are not lowered under this part of what the line rate asks for: of HPCC's 32
 * microseconds it leaves 8, which is C x RTT / 7 for any RTT that a fabric has (up to 56).
 */
const LEAST_RATIO = 0.25;
const LEAST_FRAMES = 4;

/**
 * Thresholds to write where a queue should be marked earlier than it is: those of the line rate
 * where there is no marking yet, or at higher ones; one step lower than now otherwise. Null where a
 * step would cost throughput.
 */
export function nextThresholds(
  scale: MarkingScale,
  capacityBps: number,
  present: QueueSettings['ecn'],
): Thresholds | null {
  const wanted = markingThresholds(scale, capacityBps);
  if (present === null || !present.enabled || present.minThresholdBytes > wanted.minBytes)
    return wanted;
  const minBytes = Math.round(present.minThresholdBytes / STEP);
  const maxBytes = Math.round(present.maxThresholdBytes / STEP);
  const least = Math.max(wanted.minBytes * LEAST_RATIO, LEAST_FRAMES * FULL_FRAME_BYTES);
  return minBytes < least ? null : { minBytes, maxBytes };
}
