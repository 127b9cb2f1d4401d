import { channelKey, type FrameLayout, type Topology } from '../../model';
import { splitChannel, topologyIndex } from '../network';
import type { LinkSample } from '../observed';
import type { Pass } from '../pass';

/** Links that are followed, whatever the size of the fabric, and frames of each that are kept. */
const MOST_LINKS = 32;
const MOST_FRAMES = 128;

/** Follows the loads of some links of each kind; run once for each frame. */
export function noteLinks(pass: Pass): void {
  const { frame, linkSample } = pass.observed;
  if (frame === null || linkSample?.frames.at(-1)?.atMs === frame.atMs) return;
  const { layout, atMs } = frame;
  const channels = sampledChannels(pass.env.topology, layout);
  const isSame = linkSample !== undefined && isAlike(linkSample.channels, channels);
  const loads = Float64Array.from(channels, (key) => {
    const row = layout.channelIndex.get(key) ?? -1;
    return (frame.channels.txBps[row] ?? NaN) / (layout.channels[row]?.capacityBps ?? NaN);
  });
  const frames = [...(isSame ? linkSample.frames : []), { atMs, loads }].slice(-MOST_FRAMES);
  pass.observe({ linkSample: { channels: isSame ? linkSample.channels : channels, frames } });
}

const isAlike = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((key, i) => key === b[i]));

/** Roles of both ends and the capacity: only links of one kind are compared with each other. */
export function kindOf(topology: Topology, layout: FrameLayout, key: string): string {
  const channel = layout.channels[layout.channelIndex.get(key) ?? -1];
  const from = topology.devices.get(splitChannel(key).device);
  if (channel === undefined || from === undefined) return '';
  const behind = topologyIndex(topology).behind.get(key);
  const to = behind === undefined ? 'host' : topology.devices.get(behind)?.role;
  return `${from.role}>${to ?? ''}@${channel.capacityBps}`;
}

/** Layouts are never changed in place. */
const sampled = new WeakMap<FrameLayout, { topology: Topology; channels: readonly string[] }>();

/** As many of each kind, spread evenly over the fabric; in the order of the layout. */
function sampledChannels(topology: Topology, layout: FrameLayout): readonly string[] {
  const known = sampled.get(layout);
  if (known?.topology === topology) return known.channels;
  const kinds = new Map<string, string[]>();
  for (const { device, interface: port } of layout.channels) {
    const id = layout.devices[device];
    if (id === undefined) continue;
    const key = channelKey({ device: id, interface: port });
    const kind = kindOf(topology, layout, key);
    const list = kinds.get(kind);
    if (list === undefined) kinds.set(kind, [key]);
    else list.push(key);
  }
  const channels: string[] = [];
  // The smallest kinds first, so that what they leave goes to the others.
  const lists = [...kinds.values()].sort((a, b) => a.length - b.length);
  lists.forEach((list, i) => {
    const share = Math.floor((MOST_LINKS - channels.length) / (lists.length - i));
    const count = Math.min(list.length, share);
    for (let n = 0; n < count; n++)
      channels.push(list[Math.floor((n * list.length) / count)] as string);
  });
  sampled.set(layout, { topology, channels });
  return channels;
}

/** A load below this is as good as none. */
const LEAST_LOAD = 0.01;
/** A frame stands for this time after it was taken, ms. */
const STANDS_MS = 10_000;

/** Logarithms of the load of one of the links at some times; NaN where it is not known. */
export function loadsAt(
  sample: LinkSample | undefined,
  channel: string,
  times: readonly number[],
): readonly number[] {
  const column = sample?.channels.indexOf(channel) ?? -1;
  return times.map((atMs) => {
    const frame = sample?.frames.findLast((one) => one.atMs <= atMs);
    if (frame === undefined || atMs - frame.atMs > STANDS_MS) return NaN;
    return Math.log(Math.max(frame.loads[column] ?? NaN, LEAST_LOAD));
  });
}
