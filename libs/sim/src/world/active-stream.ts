import type { Network } from '../network/network';
import { connectionsByChannel, type Stream } from '../sharing/stream';
import type { PrefixCounters } from './prefix-counters';

/** Lock-step streams over several ways could lead in a circle; no way is longer than this. */
export const LONGEST_WAY = 8;

/** What never changes about a stream, compiled once and shared by forks of the world. */
export interface StreamShape {
  readonly stream: Stream;
  /** Every channel once, with the connections that cross it. */
  readonly channels: Int32Array;
  readonly connections: Float64Array;
  /** Positions in `channels` where a host sends. */
  readonly nics: Int32Array;
  /** Without queues, the longest of its members. */
  readonly baseRttMs: number;
  /** Prefix counters that it moves, with the connections that move each. */
  readonly slots: Int32Array;
  readonly slotConnections: Float64Array;
  readonly totalConnections: number;
  /** By position: positions of the channels that lead into it; formed when first asked for. */
  feeders: readonly (readonly number[])[] | null;
}

/** A stream that is in the network, or was until a moment ago. */
export interface ActiveStream {
  readonly shape: StreamShape;
  /** Its place in the stream table. */
  readonly slot: number;
  /** Its name in the sharing; -1 while it is not in the network. */
  id: number;
  /** Of one connection, bps; what comes again after a loss is not counted. */
  rateBps: number;
  /** Channel that holds it back; -1: its own demand. */
  bottleneck: number;
  /** The port of one of its hosts is what holds it: then no switch queues it. */
  heldAtHost: boolean;
  /** Sent by one connection and not yet in the prefix counters. */
  pendingBytes: number;
  /** Sent by one connection since the last flow samples. */
  unsampledBytes: number;
  /** `pendingBytes` is true for this instant. */
  sinceMs: number;
  /** Place in the list of each channel's queue, in the order of `channels`. */
  readonly places: Int32Array;
}

/** There and back without queues: propagation, and 5 us in each switch and host. */
export function baseRttMs(network: Network, channels: readonly number[]): number {
  let us = 0;
  for (const c of channels) us += network.channel(c).propagationUs + 5;
  return (2 * us) / 1000;
}

export function compileStream(
  stream: Stream,
  network: Network,
  prefixes: PrefixCounters,
): StreamShape {
  const { channels, connections } = connectionsByChannel(stream);
  const nics: number[] = [];
  channels.forEach((c, position) => {
    if (network.channel(c).device < 0) nics.push(position);
  });
  const slots = new Map<number, number>();
  let longestMs = 0;
  let totalConnections = 0;
  for (const member of stream.members) {
    longestMs = Math.max(longestMs, baseRttMs(network, member.channels));
    totalConnections += member.connections;
    for (const c of member.channels) {
      const { device } = network.channel(c);
      if (device < 0) continue;
      const slot = prefixes.slot(device, member.prefix);
      slots.set(slot, (slots.get(slot) ?? 0) + member.connections);
    }
  }
  return {
    stream,
    channels,
    connections,
    nics: Int32Array.from(nics),
    baseRttMs: longestMs,
    slots: Int32Array.from(slots.keys()),
    slotConnections: Float64Array.from(slots.values()),
    totalConnections,
    feeders: null,
  };
}

/** Whether the stream comes to `position` only after it passed the channel at `cut`. */
export function isBehind(shape: StreamShape, position: number, cut: number, hops = 0): boolean {
  if (hops > LONGEST_WAY) return false;
  return positionsBefore(shape, position).some(
    (before) => before === cut || isBehind(shape, before, cut, hops + 1),
  );
}

/** Channels through which the stream reaches the channel at `position`; none for a host's own. */
export const feedersOf = (shape: StreamShape, position: number): readonly number[] =>
  positionsBefore(shape, position).map((before) => shape.channels[before] as number);

/** Where in `channels` those stand. */
export function positionsBefore(shape: StreamShape, position: number): readonly number[] {
  shape.feeders ??= findFeeders(shape);
  return shape.feeders[position] ?? [];
}

function findFeeders({ stream, channels }: StreamShape): readonly (readonly number[])[] {
  const positionOf = new Map<number, number>();
  channels.forEach((c, position) => positionOf.set(c, position));
  const feeders = Array.from(channels, () => new Set<number>());
  for (const member of stream.members) {
    member.channels.forEach((c, hop) => {
      const before = member.channels[hop - 1];
      if (before !== undefined)
        feeders[positionOf.get(c) as number]?.add(positionOf.get(before) as number);
    });
  }
  return feeders.map((set) => [...set]);
}
