import { splitChannel } from '../network';
import type { Pass } from '../pass';

/** Growth over the average of some seconds from which on pauses are called rising. */
const RISES = 1.2;
/** Pause frames per second that are none: a device sends some now and then. */
const FEW_PPS = 1;

/**
 * Whether pause frames rise where the channel is: received on its port, or sent on any port of its
 * device, whose buffers the channel's queues fill. Settings of queues are left alone meanwhile,
 * since whatever is measured then is the pauses' doing. Devices that do not count them never do.
 */
export function isPauseRising(pass: Pass, channel: string): boolean {
  const { frame, trend } = pass.observed;
  if (frame === null || trend === null) return false;
  const { layout, channels } = frame;
  const index = layout.channelIndex.get(channel) ?? -1;
  const device = layout.devices.indexOf(splitChannel(channel).device);
  if (rises(channels.pauseRxPps, trend.pauseRxPps, index)) return true;
  return layout.channels.some(
    (item, i) => item.device === device && rises(channels.pauseTxPps, trend.pauseTxPps, i),
  );
}

type Column = Float64Array | undefined;

/** Recordings of before there was such a column know nothing of it. */
const rises = (now: Column, mean: Column, index: number): boolean =>
  (now?.[index] ?? NaN) > Math.max(FEW_PPS, RISES * (mean?.[index] ?? NaN));
