import type { FrameLayout, TelemetryFrame } from '../../model';
import type { QueueSettings } from '../../ports';
import { profileOf, splitChannel } from '../network';
import type { ObjectiveState } from '../observed';
import type { Pass } from '../pass';
import { neededBytes } from './needed-depth';
import { limitInForce } from './queue-limit';
import { starvationOf, type PortQueue, type Starvation } from './starvation';

export interface QueueEvidence {
  readonly key: string;
  readonly own: boolean;
  readonly depthBytes: number;
  readonly depthRatio: number;
  /** Limit in force; Infinity where nothing waits and nobody looked, NaN when unknown. */
  readonly limitBytes: number;
  readonly peakDepthBytes: number;
  readonly lossRatio: number;
  /** Worst of late: bursts overflow in one sample and not in the next. */
  readonly recentLossRatio: number;
  readonly markRatio: number;
  /** Average depth of some seconds. */
  readonly meanDepthBytes: number;
  /** Mean wait in it: mean depth over mean rate (Little's law), ms; NaN when unknown. */
  readonly delayMs: number;
  /**
   * Mean depth over what the link needs to stay full; above 1 it only adds delay. 0 as soon as the
   * queue is seen empty: what empties does not stand.
   */
  readonly standingRatio: number;
  /** Exponent of its share of the free buffer; null where its limit is static or not known. */
  readonly scalingFactor: number | null;
  /** How it fills, where its samples say so. */
  readonly growth?: {
    /** How many times the port's rate arrived, at least, while it grew fastest of late. */
    readonly arrivingRatio: number;
    /** Time between its samples, and in which the port sends what the queue may hold, ms. */
    readonly sampleMs: number;
    readonly drainMs: number;
  };
  /** Null when its weight is not what holds it back, or is not known. */
  readonly starvation: Starvation | null;
}

/** Exponents of a queue's share of the free buffer that are in use begin here (SONiC, Cumulus). */
const LEAST_EXPONENT = -4;

/** Whether it may hold so little that it overflows whatever comes. */
export const hasSmallShare = ({ scalingFactor }: Pick<QueueEvidence, 'scalingFactor'>): boolean =>
  scalingFactor !== null && scalingFactor < LEAST_EXPONENT;

interface Place {
  /** Channel, `device:interface`, and its row in the layout. */
  readonly key: string;
  readonly index: number;
}

/** Every queue of a channel, by what the device says of it and by its settings. */
export function queueEvidence(
  pass: Pass,
  frame: TelemetryFrame,
  { key: channel, index: channelIndex }: Place,
  state: ObjectiveState,
  thresholdMs: number,
): QueueEvidence[] {
  const { device: id, interface: iface } = splitChannel(channel);
  const device = pass.env.topology.devices.get(id);
  if (device === undefined) return [];
  const image = pass.observed.images.get(id);
  const settingsOf = (name: string): QueueSettings | null =>
    image === undefined ? null : (profileOf(pass, id)?.queue(image, iface, name) ?? null);
  const capacityBps = frame.layout.channels[channelIndex]?.capacityBps ?? NaN;
  const ownName = device.queueOfClass.get(state.objective.class);
  const names = [...new Set(device.queueOfClass.values())];
  const found: QueueEvidence[] = [];
  for (const name of names) {
    const index = rowOf(frame.layout, channel, channelIndex, name);
    if (index < 0) continue;
    const seen = seenIn(pass, frame, index, capacityBps);
    // Thousands of queues are empty, and an empty one is at no limit.
    const limitBytes =
      seen.depthBytes === 0 && !(seen.lossRatio > 0)
        ? Infinity
        : limitInForce(frame, channelIndex, device.sharedBufferBytes, seen, () => settingsOf(name));
    const depthRatio = seen.depthBytes / limitBytes;
    const own = name === ownName;
    const trouble = own ? troubleOf({ ...seen, depthRatio }, state, thresholdMs) : 0;
    const port = names.map((other) => ({
      name: other,
      index: rowOf(frame.layout, channel, channelIndex, other),
    }));
    const starvation =
      trouble === 0 ? null : held(pass, frame, port, name, capacityBps, trouble, settingsOf);
    // Only of the own queue, and only where it has something to lose: thousands are empty.
    const scalingFactor = own && trouble > 0 ? (settingsOf(name)?.scalingFactor ?? null) : null;
    found.push({
      ...{ key: `${channel}:${name}`, own, ...seen, depthRatio, limitBytes },
      ...{ scalingFactor, starvation },
      ...(own ? { growth: growthOf(pass, index, limitBytes, capacityBps) } : {}),
    });
  }
  return found;
}

/**
 * Whether its weight holds the queue back, by the rates of some seconds or by those of now,
 * whichever says it more clearly: averages are slow to see that somebody came, and single samples
 * of bursts say little.
 */
function held(
  { observed }: Pass,
  frame: TelemetryFrame,
  port: readonly { readonly name: string; readonly index: number }[],
  ownName: string,
  capacityBps: number,
  trouble: number,
  settingsOf: (name: string) => QueueSettings | null,
): Starvation | null {
  const queues = port.map((item) => ({
    ...item,
    scheduling: settingsOf(item.name)?.scheduling ?? null,
  }));
  const by = (rates: ArrayLike<number>): Starvation | null => {
    const rated = queues.map(({ name, index, scheduling }): PortQueue => {
      return { name, scheduling, sentBps: rates[index] ?? NaN };
    });
    const own = rated.find(({ name }) => name === ownName);
    const others = rated.filter(({ name }) => name !== ownName);
    return own === undefined ? null : starvationOf(own, others, capacityBps, trouble);
  };
  const now = by(frame.queues.txBps);
  const late = observed.trend === null ? null : by(observed.trend.queueBps);
  return (late?.score ?? 0) > (now?.score ?? 0) ? late : now;
}

function growthOf({ observed }: Pass, index: number, limitBytes: number, capacityBps: number) {
  const growth = observed.trend?.growth;
  return {
    arrivingRatio: growth?.arrivingRatio[index] ?? 1,
    sampleMs: growth?.sampleMs[index] ?? NaN,
    drainMs: (limitBytes * 8000) / capacityBps,
  };
}

/** Row of a queue in the columns; -1 when the device does not report it. */
function rowOf(layout: FrameLayout, channel: string, channelIndex: number, name: string): number {
  const index = layout.queueIndex.get(`${channel}:${name}`) ?? -1;
  return layout.queues[index]?.channel === channelIndex ? index : -1;
}

function sentBps({ observed }: Pass, frame: TelemetryFrame, index: number): number {
  return observed.trend?.queueBps[index] ?? frame.queues.txBps[index] ?? NaN;
}

/** What the counters of a queue say, now and of late. */
function seenIn(pass: Pass, frame: TelemetryFrame, index: number, capacityBps: number) {
  const { trend } = pass.observed;
  const depthBytes = frame.queues.depthBytes[index] as number;
  const lossRatio = frame.queues.lossRatio[index] as number;
  // An average is slow to see that a queue came to stay.
  const meanDepthBytes = Math.max(
    trend?.depthBytes[index] ?? depthBytes,
    trend?.heldBytes[index] || 0,
  );
  const rateBps = sentBps(pass, frame, index);
  return {
    depthBytes,
    peakDepthBytes: frame.queues.peakDepthBytes[index] as number,
    lossRatio,
    recentLossRatio: trend?.worstLossRatio[index] ?? lossRatio,
    markRatio: frame.queues.markRatio[index] as number,
    meanDepthBytes,
    delayMs: delayMs(meanDepthBytes, rateBps, capacityBps),
    standingRatio: depthBytes === 0 ? 0 : meanDepthBytes / neededBytes(capacityBps),
  };
}

/** Without a rate it waits at least for the line to send what is before it. */
function delayMs(depthBytes: number, rateBps: number, capacityBps: number): number {
  if (depthBytes === 0) return 0;
  return (depthBytes * 8000) / (rateBps > 0 ? Math.min(rateBps, capacityBps) : capacityBps);
}

/** Waits that take this share of what the objective allows are certain trouble. */
const SHARE_OF_THRESHOLD = 0.25;
/** Loss of the own queue that is (MISSION A2: 0.1 %). */
const CERTAIN_LOSS = 0.002;

/** How much the objective suffers in its own queue, 0..1. */
function troubleOf(
  queue: Pick<QueueEvidence, 'delayMs' | 'depthRatio' | 'recentLossRatio'>,
  { objective }: ObjectiveState,
  thresholdMs: number,
): number {
  const waits = objective.metric === 'request-latency' ? queue.delayMs / thresholdMs : 0;
  const signs = [
    waits / SHARE_OF_THRESHOLD,
    (queue.depthRatio - 0.3) / 0.3,
    queue.recentLossRatio / CERTAIN_LOSS,
  ];
  return Math.min(1, Math.max(0, ...signs.filter((sign) => sign > 0)));
}
