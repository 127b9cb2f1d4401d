/** Traffic that comes in synchronised bursts much shorter than a step of the model. */
export interface Burst {
  readonly periodMs: number;
  readonly onMs: number;
  /** Rate while on, all senders together, bps. */
  readonly onBps: number;
}

export interface BurstEffect {
  readonly peakBytes: number;
  /** Mean over time. */
  readonly meanBytes: number;
  /** Bytes dropped over bytes arrived, background included. */
  readonly dropRatio: number;
}

const NOTHING: BurstEffect = { peakBytes: 0, meanBytes: 0, dropRatio: 0 };

/**
 * One period of an on/off source over a steady background in a finite queue, integrated exactly:
 * linear growth at (on + background - service), flat at the limit where the excess is dropped,
 * linear drain at (service - background), cut off at the next burst.
 */
export function integrateBurst(
  burst: Burst,
  backgroundBps: number,
  serviceBps: number,
  limitBytes: number,
): BurstEffect {
  const growth = (burst.onBps + backgroundBps - serviceBps) / 8000;
  const arrivedBytes = (burst.onBps * burst.onMs + backgroundBps * burst.periodMs) / 8000;
  if (growth <= 0 || arrivedBytes <= 0) return NOTHING;
  const drain = Math.max(0, serviceBps - backgroundBps) / 8000;
  const offMs = Math.max(0, burst.periodMs - burst.onMs);
  const limit = Math.max(0, limitBytes);
  // What the pause cannot drain is still there when the next burst comes.
  const netBytes = growth * burst.onMs - drain * offMs;
  const floorBytes = netBytes > 0 ? Math.max(0, limit - drain * offMs) : 0;
  const peakBytes = Math.min(limit, floorBytes + growth * burst.onMs);
  const riseMs = (peakBytes - floorBytes) / growth;
  const flatMs = burst.onMs - riseMs;
  const fallMs = drain > 0 ? Math.min(offMs, (peakBytes - floorBytes) / drain) : 0;
  const area =
    ((floorBytes + peakBytes) / 2) * (riseMs + fallMs) +
    peakBytes * flatMs +
    floorBytes * Math.max(0, offMs - fallMs);
  const droppedBytes = growth * flatMs;
  return {
    peakBytes,
    meanBytes: area / burst.periodMs,
    dropRatio: Math.min(1, droppedBytes / arrivedBytes),
  };
}
