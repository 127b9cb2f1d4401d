import type { TelemetryFrame } from '../../model';
import type { QueueGrowth } from '../observed';

/** A peak of less is a few frames that met, bytes. */
const MIN_GROWTH_BYTES = 30_000;

/**
 * How fast each queue grew, at least. Within one sample of `T` seconds a queue that rises by `h` bytes
 * beyond its peak of the sample before, which it had at most when this one began, spends h / slope on
 * the way and is `P + h / 2` bytes deep meanwhile; what it held on average bounds how slow that can
 * have been: slope >= h (P + h / 2) / (T mean). Bursts that come and go within a sample are averaged
 * over all of it, so that the bound says little until samples are about as short as the time in which
 * the queue fills. Between samples the largest of late is kept; it fades with the averages.
 */
export function foldQueueGrowth(
  old: QueueGrowth | null,
  { layout, queues, atMs }: TelemetryFrame,
  gain: number,
): QueueGrowth {
  const count = layout.queues.length;
  const peakBytes = new Float64Array(count);
  const arrivedMs = new Float64Array(count);
  const sampleMs = new Float64Array(count);
  const arrivingRatio = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const arrived = atMs - (queues.ageMs[i] as number);
    const before = old?.arrivedMs[i] ?? NaN;
    const faded = 1 + ((old?.arrivingRatio[i] ?? 1) - 1) * (1 - gain);
    // Ages are whole milliseconds on some ways here.
    if (old !== null && !(arrived > before + 1)) {
      peakBytes[i] = old.peakBytes[i] as number;
      arrivedMs[i] = before;
      sampleMs[i] = old.sampleMs[i] as number;
      arrivingRatio[i] = faded;
      continue;
    }
    const peak = queues.peakDepthBytes[i] as number;
    const spanMs = arrived - before;
    peakBytes[i] = peak;
    arrivedMs[i] = arrived;
    sampleMs[i] = spanMs;
    const capacityBps = layout.channels[layout.queues[i]?.channel ?? -1]?.capacityBps ?? NaN;
    const slope = slopeBps(old?.peakBytes[i] ?? NaN, peak, queues.depthBytes[i] as number, spanMs);
    const ratio = 1 + slope / capacityBps;
    arrivingRatio[i] = ratio > faded ? ratio : faded;
  }
  return { peakBytes, arrivedMs, sampleMs, arrivingRatio };
}

/** At least, bits per second; NaN where the queue did not rise or too little is known. */
function slopeBps(before: number, peak: number, mean: number, spanMs: number): number {
  const rise = peak - before;
  if (!(rise > MIN_GROWTH_BYTES) || !(mean > 0) || !(spanMs > 0)) return NaN;
  return (8000 * rise * (before + rise / 2)) / (spanMs * mean);
}
