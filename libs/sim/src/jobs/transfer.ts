import type { Conditions } from '../world/conditions';
import type { Stream } from '../sharing/stream';
import { connectionsByChannel } from '../sharing/stream';
import type { Connection, RoutedStream } from './connections';

/** Nearer than this, ms, is now: virtual times of days keep about as much precision. */
export const EPSILON_MS = 1e-6;

/** Connections with the same amount left, on one stream, or stranded without a path. */
export interface Transfer {
  readonly connections: readonly Connection[];
  /** Connections that they stand for. */
  readonly weight: number;
  readonly lockStep: boolean;
  /** Null while a connection has no path. */
  readonly stream: Stream | null;
  /** Of each connection. */
  leftBytes: number;
  /** Silent until then: waiting for a time-out. */
  startsAtMs: number;
  /** When it lost its path; null while it has one. */
  readonly strandedAtMs: number | null;
}

export function transferOn(
  routed: RoutedStream,
  leftBytes: number,
  startsAtMs: number,
  lockStep: boolean,
): Transfer {
  const { stream, connections } = routed;
  const weight = weightOf(connections);
  return { connections, weight, lockStep, stream, leftBytes, startsAtMs, strandedAtMs: null };
}

export function stranded(
  connections: readonly Connection[],
  leftBytes: number,
  atMs: number,
  lockStep: boolean,
): Transfer {
  return {
    connections,
    weight: weightOf(connections),
    lockStep,
    stream: null,
    leftBytes,
    startsAtMs: atMs,
    strandedAtMs: atMs,
  };
}

const weightOf = (connections: readonly Connection[]): number =>
  connections.reduce((sum, { weight }) => sum + weight, 0);

/** Milliseconds that it still needs at this rate. */
export const leftMs = (transfer: Transfer, rateBps: number): number =>
  transfer.leftBytes <= 0 ? 0 : (transfer.leftBytes * 8000) / rateBps;

const loads = new WeakMap<Stream, ReturnType<typeof connectionsByChannel>>();

/** Probability that none of these many packets of each connection of a stream is lost. */
export function allArrive(stream: Stream, packets: number, conditions: Conditions): number {
  let load = loads.get(stream);
  if (load === undefined) {
    load = connectionsByChannel(stream);
    loads.set(stream, load);
  }
  const one = [0];
  let logarithm = 0;
  load.channels.forEach((channel, i) => {
    one[0] = channel;
    const lossRatio = conditions.lossRatio(one, stream.queue);
    if (lossRatio <= 0) return;
    logarithm += packets * (load.connections[i] ?? 0) * Math.log1p(-Math.min(lossRatio, 0.999));
  });
  return Math.exp(logarithm);
}

/** Members looked at for the latency of a stream; a collective's are all alike. */
const LATENCY_SAMPLE = 256;

/**
 * Time of one step that size does not explain, queues included, one way, ms. In lock-step a chunk
 * passes all members in turn while the slowest of them is busy all the time, so one member's queue
 * is met once in a round, not in every step: the mean counts. Elsewhere the longest way does.
 */
export function stepLatencyMs(stream: Stream, lockStep: boolean, conditions: Conditions): number {
  const { members, queue } = stream;
  const step = Math.max(1, Math.floor(members.length / LATENCY_SAMPLE));
  let longest = 0;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < members.length; i += step) {
    const channels = members[i]?.channels ?? [];
    const ms = conditions.baseRttMs(channels) / 2 + conditions.queueDelayMs(channels, queue);
    longest = Math.max(longest, ms);
    sum += ms;
    count += 1;
  }
  return lockStep && count > 0 ? sum / count : longest;
}

/** Channels and loss of a stream's worst member: chance that its retransmissions are lost too. */
export function worstLoss(stream: Stream, conditions: Conditions): number {
  let worst = 0;
  const step = Math.max(1, Math.floor(stream.members.length / LATENCY_SAMPLE));
  for (let i = 0; i < stream.members.length; i += step) {
    const channels = stream.members[i]?.channels ?? [];
    worst = Math.max(worst, conditions.lossRatio(channels, stream.queue));
  }
  return worst;
}
