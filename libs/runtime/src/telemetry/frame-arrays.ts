import type { FrameLayout, TelemetryFrame } from '@weir/core/model';

export type FrameArrays = Pick<TelemetryFrame, 'channels' | 'queues' | 'prefixes' | 'devices'>;

/** Arrays for one frame of this layout, everything unknown. */
export function unknownArrays(layout: FrameLayout): FrameArrays {
  const unknown = (count: number) => new Float64Array(count).fill(NaN);
  const never = (count: number) => new Float64Array(count).fill(Infinity);
  const channels = layout.channels.length;
  const queues = layout.queues.length;
  const prefixes = layout.prefixes.length;
  const devices = layout.devices.length;
  return {
    channels: {
      txBps: unknown(channels),
      rxBps: unknown(channels),
      lossRatio: unknown(channels),
      inErrorRatio: unknown(channels),
      pauseRxPps: unknown(channels),
      pauseTxPps: unknown(channels),
      operStatus: new Uint8Array(channels).fill(OPER_UNKNOWN),
      ageMs: never(channels),
    },
    queues: {
      txBps: unknown(queues),
      depthBytes: unknown(queues),
      peakDepthBytes: unknown(queues),
      lossRatio: unknown(queues),
      markRatio: unknown(queues),
      ageMs: never(queues),
    },
    prefixes: { txBps: unknown(prefixes), ageMs: never(prefixes) },
    devices: { synced: new Uint8Array(devices), ageMs: never(devices) },
  };
}

export const OPER_UNKNOWN = 2;
