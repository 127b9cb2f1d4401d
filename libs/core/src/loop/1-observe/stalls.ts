import type { TelemetryFrame } from '../../model';
import type { Trend } from '../observed';

/** A queue that is this much of its peak on average was hardly ever empty. */
const MIN_BUSY = 0.4;
/** Queues of some frames, or of some microseconds, come and go at any load. */
const MIN_DEPTH_BYTES = 30_000;
const MIN_DELAY_S = 50e-6;
/** What the port sends below this share of what its backlog asks for is not sampling. */
const STALLS_BELOW = 0.85;

/**
 * For how long each queue had packets waiting while its port sent less than its rate, ms. A depth is
 * never above its peak, so that a queue is not empty for at least mean / peak of the time, in which
 * its port, whatever scheduler it has, sends at its rate. A port that sends less is slower than it
 * says, or is paused. Unknown figures change nothing.
 */
export function foldStalls(
  old: Pick<Trend, 'layout' | 'stalledMs'> | null,
  { layout, channels, queues }: TelemetryFrame,
  elapsedMs: number,
): Float64Array {
  const stalledMs = new Float64Array(layout.queues.length);
  layout.queues.forEach(({ channel }, i) => {
    const before = old?.stalledMs[i] ?? 0;
    const depth = queues.depthBytes[i] as number;
    const peak = queues.peakDepthBytes[i] as number;
    const busy = depth / peak;
    const capacityBps = layout.channels[channel]?.capacityBps ?? NaN;
    const asked = busy * capacityBps;
    const sent = channels.txBps[channel] as number;
    if (Number.isNaN(asked) || Number.isNaN(sent)) {
      // A queue that was empty all the time has neither mean nor peak.
      stalledMs[i] = peak === 0 ? 0 : before;
      return;
    }
    const stands = depth >= Math.max(MIN_DEPTH_BYTES, (MIN_DELAY_S * capacityBps) / 8);
    const stalls = stands && busy >= MIN_BUSY && sent < STALLS_BELOW * asked;
    stalledMs[i] = stalls ? before + elapsedMs : 0;
  });
  return stalledMs;
}
