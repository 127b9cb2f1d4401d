import { claimOf, roomBeside } from '../buffers/evaluate-switch';
import { incastOnset, NO_INCAST, worseOf } from '../buffers/incast';
import type { IncastOutcome } from '../buffers/queue-state';
import { trueCapacityBps, type Network } from '../network/network';
import type { Stream } from '../sharing/stream';
import type { QueueLoads } from './queue-loads';

/** Told what a synchronised start did to a queue. */
export type SpikeTold = (cell: number, lostBytes: number, peakBytes: number) => void;

interface Meeting {
  connections: number;
  readonly feeders: Set<number>;
}

/**
 * First windows of all connections of the streams at one instant, in every queue where several
 * feeders meet. The window is what a sender may send before it hears anything.
 */
export function onsetOf(
  network: Network,
  loads: QueueLoads,
  streams: readonly Stream[],
  windowBytes: number,
  tell: SpikeTold,
): IncastOutcome {
  let outcome = NO_INCAST;
  for (const [cell, meeting] of meetingsOf(loads, streams)) {
    if (meeting.feeders.size < 2) continue;
    const channel = network.channel(Math.floor(cell / loads.width));
    if (channel.device < 0) continue;
    let arrivalBps = 0;
    for (const c of meeting.feeders) arrivalBps += trueCapacityBps(network.channel(c));
    const setting = loads.settings.of(cell);
    const state = loads.states[cell];
    const heldBytes = state?.depthBytes ?? 0;
    const one = incastOnset({
      connections: meeting.connections,
      windowBytes,
      arrivalBps,
      serviceBps: state?.serviceBps ?? trueCapacityBps(channel),
      roomBytes: roomBeside(claimOf(setting, 0), loads.freeBytes(channel.device), heldBytes),
      lossless: setting.lossless === true,
    });
    if (one.peakBytes > 0)
      tell(cell, one.lostRatio * meeting.connections * windowBytes, heldBytes + one.peakBytes);
    outcome = worseOf(outcome, one);
  }
  return outcome;
}

function meetingsOf(loads: QueueLoads, streams: readonly Stream[]): Map<number, Meeting> {
  const meetings = new Map<number, Meeting>();
  for (const stream of streams) {
    for (const { channels, connections } of stream.members) {
      for (let hop = 1; hop < channels.length; hop++) {
        const cell = loads.cell(channels[hop] as number, stream.queue);
        let meeting = meetings.get(cell);
        if (meeting === undefined) {
          meeting = { connections: 0, feeders: new Set() };
          meetings.set(cell, meeting);
        }
        meeting.connections += connections;
        meeting.feeders.add(channels[hop - 1] as number);
      }
    }
  }
  return meetings;
}
