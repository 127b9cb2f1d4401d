import { shareBuffer } from '../buffers/dynamic-threshold';
import { claimOf } from '../buffers/evaluate-switch';
import { incastOnset, NO_INCAST, worseOf, type Onset } from '../buffers/incast';
import type { IncastOutcome } from '../buffers/queue-state';
import { trueCapacityBps, type Network } from '../network/network';
import type { Stream } from '../sharing/stream';
import type { QueueLoads } from './queue-loads';

/** Told what a synchronised start did to the queues. */
export interface OnsetTold {
  /** Bytes lost in a queue, and the depth that it reached. */
  overflowed(cell: number, lostBytes: number, peakBytes: number): void;
  /** Bytes that left a queue only to be lost in a later one. */
  wasted(cell: number, bytes: number): void;
}

/** A queue into which several feeders send first windows at one instant. */
interface Meeting {
  readonly cell: number;
  readonly device: number;
  connections: number;
  readonly feeders: Set<number>;
}

/**
 * First windows of all connections of the streams at one instant, in every queue where several
 * feeders meet. The window is what a sender may send before it hears anything. Queues of one
 * switch that grow at the same instant take the buffer from each other.
 */
export function onsetOf(
  network: Network,
  loads: QueueLoads,
  streams: readonly Stream[],
  windowBytes: number,
  told: OnsetTold,
): IncastOutcome {
  const byDevice = new Map<number, Meeting[]>();
  for (const meeting of meetingsOf(network, loads, streams)) {
    const list = byDevice.get(meeting.device);
    if (list === undefined) byDevice.set(meeting.device, [meeting]);
    else list.push(meeting);
  }
  let outcome = NO_INCAST;
  const lostRatios = new Map<number, number>();
  for (const [device, meetings] of byDevice) {
    const onsets = onsetsAt(network, loads, device, meetings, windowBytes);
    onsets.forEach((onset, i) => {
      const { cell } = meetings[i] as Meeting;
      const one = incastOnset(onset);
      outcome = worseOf(outcome, one);
      if (one.peakBytes === 0) return;
      const heldBytes = loads.states[cell]?.depthBytes ?? 0;
      const lostBytes = one.lostRatio * onset.connections * windowBytes;
      told.overflowed(cell, lostBytes, heldBytes + one.peakBytes);
      if (lostBytes > 0) lostRatios.set(cell, one.lostRatio);
    });
  }
  if (lostRatios.size > 0) tellWasted(loads, streams, windowBytes, lostRatios, told);
  return outcome;
}

/** The meetings at one switch, each with the room that it gets beside the others. */
function onsetsAt(
  network: Network,
  loads: QueueLoads,
  device: number,
  meetings: readonly Meeting[],
  windowBytes: number,
): Onset[] {
  let sharedBytes = loads.freeBytes(device);
  const drafts = meetings.map(({ cell, connections, feeders }) => {
    let arrivalBps = 0;
    for (const c of feeders) arrivalBps += trueCapacityBps(network.channel(c));
    const channel = network.channel(Math.floor(cell / loads.width));
    const serviceBps = loads.states[cell]?.serviceBps ?? trueCapacityBps(channel);
    const heldBytes = loads.states[cell]?.depthBytes ?? 0;
    const excess = Math.max(0, 1 - serviceBps / Math.max(arrivalBps, 1));
    const setting = loads.settings.of(cell);
    const claim = claimOf(setting, heldBytes + connections * windowBytes * excess);
    sharedBytes += Math.max(0, heldBytes - claim.dedicatedBytes);
    return { arrivalBps, serviceBps, heldBytes, claim, lossless: setting.lossless === true };
  });
  const { depthBytes } = shareBuffer(
    sharedBytes,
    drafts.map(({ claim }) => claim),
  );
  return drafts.map(({ arrivalBps, serviceBps, heldBytes, lossless }, i) => ({
    connections: (meetings[i] as Meeting).connections,
    windowBytes,
    arrivalBps,
    serviceBps,
    roomBytes: Math.max(0, (depthBytes[i] as number) - heldBytes),
    lossless,
  }));
}

/** Queues of switches that more than one feeder of the streams leads into. */
function meetingsOf(network: Network, loads: QueueLoads, streams: readonly Stream[]): Meeting[] {
  const meetings = new Map<number, Meeting>();
  for (const stream of streams) {
    for (const { channels, connections } of stream.members) {
      for (let hop = 1; hop < channels.length; hop++) {
        const channel = channels[hop] as number;
        const cell = loads.cell(channel, stream.queue);
        let meeting = meetings.get(cell);
        if (meeting === undefined) {
          const { device } = network.channel(channel);
          meeting = { cell, device, connections: 0, feeders: new Set() };
          meetings.set(cell, meeting);
        }
        meeting.connections += connections;
        meeting.feeders.add(channels[hop - 1] as number);
      }
    }
  }
  return [...meetings.values()].filter(({ device, feeders }) => device >= 0 && feeders.size > 1);
}

/** What a queue lost had been sent by every port before it. */
function tellWasted(
  loads: QueueLoads,
  streams: readonly Stream[],
  windowBytes: number,
  lostRatios: ReadonlyMap<number, number>,
  told: OnsetTold,
): void {
  for (const stream of streams) {
    for (const { channels, connections } of stream.members) {
      let bytes = 0;
      for (let hop = channels.length - 1; hop >= 0; hop--) {
        const cell = loads.cell(channels[hop] as number, stream.queue);
        if (bytes > 0) told.wasted(cell, bytes);
        bytes += connections * windowBytes * (lostRatios.get(cell) ?? 0);
      }
    }
  }
}
