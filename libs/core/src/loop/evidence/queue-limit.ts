import type { TelemetryFrame } from '../../model';
import type { QueueSettings } from '../../ports';

/**
 * Limit of a queue in bytes, as far as it can be known: a static limit is what it is; a queue that
 * drops shows its limit as its peak; else dedicated + free x 2^factor (Choudhury and Hahne's
 * dynamic threshold) where the size of the shared buffer is known; else NaN.
 */
export function limitInForce(
  frame: TelemetryFrame,
  channel: number,
  sharedBytes: number,
  seen: { readonly peakDepthBytes: number; readonly lossRatio: number },
  settingsOf: () => QueueSettings | null,
): number {
  const settings = settingsOf();
  if (settings !== null && settings.limitBytes !== null && settings.limitBytes > 0)
    return settings.limitBytes;
  if (seen.lossRatio > 0 && seen.peakDepthBytes > 0) return seen.peakDepthBytes;
  if (settings === null || settings.scalingFactor === null || sharedBytes === 0) return NaN;
  const free = Math.max(0, sharedBytes - usedBytes(frame, channel));
  return settings.dedicatedBytes + free * 2 ** settings.scalingFactor;
}

/** Bytes held by each device, by frame: one look at the queues serves a whole pass. */
const usedByFrame = new WeakMap<TelemetryFrame, Float64Array>();

/** Bytes that the device of a channel holds. */
function usedBytes(frame: TelemetryFrame, channel: number): number {
  const { devices, queues, channels } = frame.layout;
  let used = usedByFrame.get(frame);
  if (used === undefined) {
    used = new Float64Array(devices.length);
    for (let i = 0; i < queues.length; i++) {
      const depth = frame.queues.depthBytes[i] as number;
      const at = channels[queues[i]?.channel ?? -1]?.device;
      if (depth > 0 && at !== undefined) used[at] = (used[at] ?? 0) + depth;
    }
    usedByFrame.set(frame, used);
  }
  return used[channels[channel]?.device ?? -1] ?? 0;
}
