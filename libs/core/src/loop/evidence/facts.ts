import type { Cause, Facts, TelemetryFrame } from '../../model';
import type { QueueSettings } from '../../ports';
import { channelKey } from '../../model';
import { thresholdOf, type ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import { channelsOf, legsOf, profileOf, routingOf, splitChannel } from '../network';

export interface ChannelEvidence {
  readonly key: string;
  /** Share of the objective's traffic on the channel, legs added up. */
  readonly share: number;
  readonly utilizationRatio: number;
  readonly lossRatio: number;
  readonly up: boolean;
  /** Whether the channel leads to a host rather than to another switch. */
  readonly toHost: boolean;
  /** tx here minus rx at the other end, relative; NaN when unknown. */
  readonly missingRatio: number;
}

export interface QueueEvidence {
  readonly key: string;
  readonly own: boolean;
  readonly depthBytes: number;
  readonly depthRatio: number;
  readonly peakDepthBytes: number;
  readonly lossRatio: number;
  readonly markRatio: number;
}

export interface Evidence {
  readonly state: ObjectiveState;
  readonly thresholdMs: number;
  readonly channels: readonly ChannelEvidence[];
  readonly queues: readonly QueueEvidence[];
  /** Links next to the path, by channel, that are down. */
  readonly downChannels: readonly string[];
  readonly bestAlternative: number;
}

/** Shares below this are not part of the path: a few flows do not make a percentile. */
const MIN_SHARE = 0.005;

/** Evidence by pass: diagnosis and decision of one pass look at the same. */
const gathered = new WeakMap<Pass, Map<ObjectiveState, Evidence>>();

export function evidenceFor(pass: Pass, state: ObjectiveState): Evidence {
  const known = gathered.get(pass) ?? new Map<ObjectiveState, Evidence>();
  gathered.set(pass, known);
  const evidence = known.get(state) ?? gather(pass, state);
  known.set(state, evidence);
  return evidence;
}

function gather(pass: Pass, state: ObjectiveState): Evidence {
  const frame = pass.observed.frame as TelemetryFrame;
  const { staleMs } = pass.env.policy.freshness;
  const channels: ChannelEvidence[] = [];
  const queues: QueueEvidence[] = [];
  for (const [key, share] of channelsOf(pass, state.objective)) {
    const index = frame.layout.channelIndex.get(key);
    if (index === undefined || share < MIN_SHARE) continue;
    channels.push(channelEvidence(pass, frame, key, index, share, staleMs));
    queues.push(...queueEvidence(pass, frame, key, index, state));
  }
  return {
    state,
    thresholdMs: thresholdOf(state, pass.env.policy.detect),
    channels,
    queues,
    downChannels: downNextHops(pass, frame, state),
    bestAlternative: bestAlternative(pass, frame, state, channels),
  };
}

function channelEvidence(
  pass: Pass,
  frame: TelemetryFrame,
  key: string,
  index: number,
  share: number,
  staleMs: number,
): ChannelEvidence {
  const fresh = (frame.channels.ageMs[index] as number) <= staleMs;
  const { capacityBps } = frame.layout.channels[index] as { capacityBps: number };
  const txBps = fresh ? (frame.channels.txBps[index] as number) : NaN;
  const { device, interface: iface } = splitChannel(key);
  const peer = peerChannel(pass, frame, key);
  const rxBps = peer === undefined ? NaN : (frame.channels.rxBps[peer] as number);
  return {
    key,
    share,
    utilizationRatio: txBps / capacityBps,
    lossRatio: fresh ? (frame.channels.lossRatio[index] as number) : NaN,
    up: frame.channels.operStatus[index] !== 0,
    toHost: routingOf(pass).peer(device, iface) === null,
    missingRatio: txBps > 0 ? (txBps - rxBps) / txBps : NaN,
  };
}

/** Index of the channel at the other end of the link, whose rx is our tx. */
function peerChannel(pass: Pass, frame: TelemetryFrame, key: string): number | undefined {
  const { device, interface: iface } = splitChannel(key);
  const port = routingOf(pass).peer(device, iface);
  return port === null ? undefined : frame.layout.channelIndex.get(channelKey(port));
}

function queueEvidence(
  pass: Pass,
  frame: TelemetryFrame,
  channel: string,
  channelIndex: number,
  state: ObjectiveState,
): QueueEvidence[] {
  const { device: id, interface: iface } = splitChannel(channel);
  const device = pass.env.topology.devices.get(id);
  const image = pass.observed.images.get(id);
  if (device === undefined) return [];
  const number = frame.layout.channels[channelIndex]?.device ?? -1;
  const found: QueueEvidence[] = [];
  const ownName = device.queueOfClass.get(state.objective.class);
  for (const name of new Set(device.queueOfClass.values())) {
    const index = frame.layout.queueIndex.get(`${channel}:${name}`);
    if (index === undefined || frame.layout.queues[index]?.channel !== channelIndex) continue;
    const depthBytes = frame.queues.depthBytes[index] as number;
    const peakDepthBytes = frame.queues.peakDepthBytes[index] as number;
    const lossRatio = frame.queues.lossRatio[index] as number;
    const settings = image === undefined ? null : profileOf(pass, id)?.queue(image, iface, name);
    const seen = { peakDepthBytes, lossRatio };
    const limit = limitInForce(frame, number, device.sharedBufferBytes, settings ?? null, seen);
    found.push({
      key: `${channel}:${name}`,
      own: name === ownName,
      depthBytes,
      depthRatio: depthBytes / limit,
      peakDepthBytes,
      lossRatio,
      markRatio: frame.queues.markRatio[index] as number,
    });
  }
  return found;
}

/**
 * Limit of a queue in bytes, as far as it can be known. A queue that drops shows its limit as its
 * peak; else dedicated + free x 2^factor (Choudhury and Hahne's dynamic threshold) where the size
 * of the shared buffer is known; else NaN.
 */
function limitInForce(
  frame: TelemetryFrame,
  device: number,
  shared: number,
  settings: QueueSettings | null,
  seen: { readonly peakDepthBytes: number; readonly lossRatio: number },
): number {
  if (seen.lossRatio > 0 && seen.peakDepthBytes > 0) return seen.peakDepthBytes;
  if (settings === null || settings.scalingFactor === null || shared === 0) return NaN;
  const free = Math.max(0, shared - usedBytes(frame, device));
  return settings.dedicatedBytes + free * 2 ** settings.scalingFactor;
}

/** Bytes held by each device, by frame: one look at the queues serves a whole pass. */
const usedByFrame = new WeakMap<TelemetryFrame, Float64Array>();

/** `device` is the number of the device in the layout. */
function usedBytes(frame: TelemetryFrame, device: number): number {
  let used = usedByFrame.get(frame);
  if (used === undefined) {
    const { devices, queues, channels } = frame.layout;
    used = new Float64Array(devices.length);
    for (let i = 0; i < queues.length; i++) {
      const depth = frame.queues.depthBytes[i] as number;
      const at = channels[queues[i]?.channel ?? -1]?.device;
      if (depth > 0 && at !== undefined) used[at] = (used[at] ?? 0) + depth;
    }
    usedByFrame.set(frame, used);
  }
  return used[device] ?? 0;
}

/** Next hops of the objective's own prefixes whose interface is down. */
function downNextHops(pass: Pass, frame: TelemetryFrame, state: ObjectiveState): readonly string[] {
  const down = new Set<string>();
  const model = routingOf(pass);
  for (const leg of legsOf(pass, state.objective))
    for (const hop of model.nextHops(leg.from, leg.prefix)) {
      const key = `${leg.from}:${hop.interface}`;
      const index = frame.layout.channelIndex.get(key);
      if (index !== undefined && frame.channels.operStatus[index] === 0) down.add(key);
    }
  return [...down];
}

/** Utilisation of the least used next hop beside the most used one; NaN without alternative. */
function bestAlternative(
  pass: Pass,
  frame: TelemetryFrame,
  state: ObjectiveState,
  channels: readonly ChannelEvidence[],
): number {
  const hottest = channels
    .filter((item) => !item.toHost)
    .reduce<ChannelEvidence | null>(
      (top, item) => (top === null || item.utilizationRatio > top.utilizationRatio ? item : top),
      null,
    );
  if (hottest === null) return NaN;
  const model = routingOf(pass);
  let best = NaN;
  for (const leg of legsOf(pass, state.objective))
    for (const hop of model.nextHops(leg.from, leg.prefix)) {
      const index = frame.layout.channelIndex.get(`${leg.from}:${hop.interface}`);
      if (index === undefined || `${leg.from}:${hop.interface}` === hottest.key) continue;
      const capacity = frame.layout.channels[index]?.capacityBps ?? NaN;
      const ratio = (frame.channels.txBps[index] as number) / capacity;
      if (Number.isNaN(best) || ratio < best) best = ratio;
    }
  return best;
}

/** Largest of the figures that are known; NaN when none is. */
export function largest(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? NaN : Math.max(...known);
}

export function factsFrom(evidence: Evidence, causes: readonly Cause[]): Facts {
  const { state, thresholdMs, channels, queues } = evidence;
  const own = queues.filter((queue) => queue.own);
  const top = causes[0];
  return {
    slo: {
      breached: state.state === 'breached',
      quantileMs: state.quantileMs,
      thresholdMs,
      severity: state.quantileMs / thresholdMs,
      class: state.objective.class,
      metric: state.objective.metric,
    },
    path: {
      maxUtilizationRatio: largest(channels.map((item) => item.utilizationRatio)),
      maxLossRatio: largest(channels.map((item) => item.lossRatio)),
      bestAlternativeUtilizationRatio: evidence.bestAlternative,
      downLinks: evidence.downChannels.length,
    },
    queue: {
      depthBytes: largest(own.map((queue) => queue.depthBytes)),
      depthRatio: largest(own.map((queue) => queue.depthRatio)),
      peakDepthBytes: largest(own.map((queue) => queue.peakDepthBytes)),
      lossRatio: largest(own.map((queue) => queue.lossRatio)),
      markRatio: largest(own.map((queue) => queue.markRatio)),
    },
    loss: {
      ratio: largest([
        ...channels.map((item) => item.lossRatio),
        ...queues.map((queue) => queue.lossRatio),
      ]),
    },
    cause: { name: top?.name ?? 'unknown', score: top?.score ?? 0 },
  };
}
