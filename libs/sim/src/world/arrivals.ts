import type { Crowd, QueueArrivals } from '../buffers/queue-state';
import { trueCapacityBps, type Network } from '../network/network';
import { feedersOf, type ActiveStream } from './active-stream';

/** A queue that carries this much of its service is full; sharing is exact up to rounding. */
const FULL = 1 - 1e-6;
/** Rates this close are the same. */
const EQUAL = 1 - 1e-9;

/** A queue as the loads of its streams are put together. */
export interface QueueInput {
  readonly channel: number;
  readonly queue: number;
  readonly serviceBps: number;
  readonly carriedBps: number;
  /** Highest rate of an elastic connection in it. */
  readonly highestBps: number;
}

/** One stream in a queue: its load there, and whether its host's own port holds it back. */
export interface Arriving {
  readonly entry: ActiveStream;
  readonly position: number;
  readonly heldAtHost: boolean;
}

interface Draft {
  steadyBps: number;
  openBps: number;
  feedersBps: number;
  readonly crowds: Crowd[];
  readonly bursts: { onBps: number; onMs: number; periodMs: number }[];
}

/** Sorts the streams of one queue into those that it holds back and those that just pass. */
export function arrivalsAt(
  network: Network,
  input: QueueInput,
  streams: readonly Arriving[],
): QueueArrivals {
  const draft: Draft = { steadyBps: 0, openBps: 0, feedersBps: 0, crowds: [], bursts: [] };
  const full = input.carriedBps >= input.serviceBps * FULL;
  const feeders = new Set<number>();
  for (const arriving of streams) {
    const { entry, position } = arriving;
    const { stream, connections } = entry.shape;
    const rateBps = (connections[position] as number) * entry.rateBps;
    if (stream.kind === 'open') addOpen(network, draft, arriving);
    else if (full && isHeld(arriving, input.highestBps)) join(draft.crowds, arriving, rateBps);
    else draft.steadyBps += rateBps;
    for (const c of feedersOf(entry.shape, position)) feeders.add(c);
  }
  for (const c of feeders) draft.feedersBps += trueCapacityBps(network.channel(c));
  const { channel, queue, serviceBps } = input;
  return { channel, queue, serviceBps, ...draft };
}

/** By the definition of max-min: nobody in the full queue gets more, and nothing else holds it. */
const isHeld = ({ entry, heldAtHost }: Arriving, highestBps: number): boolean =>
  !heldAtHost && entry.bottleneck >= 0 && entry.rateBps >= highestBps * EQUAL;

function join(crowds: Crowd[], { entry, position }: Arriving, rateBps: number): void {
  const { stream, connections, baseRttMs } = entry.shape;
  const count = connections[position] as number;
  const index = crowds.findIndex((crowd) => crowd.control === stream.control);
  const before = crowds[index];
  if (before === undefined) {
    crowds.push({ control: stream.control, connections: count, rateBps, baseRttMs });
    return;
  }
  crowds[index] = {
    control: stream.control,
    connections: before.connections + count,
    rateBps: before.rateBps + rateBps,
    baseRttMs: Math.max(before.baseRttMs, baseRttMs),
  };
}

/** Open traffic comes with its full demand up to where it is cut, and with what is left after. */
function addOpen(network: Network, draft: Draft, { entry, position }: Arriving): void {
  const { stream, channels, connections } = entry.shape;
  const cut = entry.bottleneck < 0 ? channels.length : channels.indexOf(entry.bottleneck);
  const eachBps = position <= cut ? stream.demandBps : entry.rateBps;
  const arrivalBps = (connections[position] as number) * eachBps;
  if (stream.burst === null) {
    draft.steadyBps += arrivalBps;
    draft.openBps += arrivalBps;
    return;
  }
  // A burst cannot come faster than the channels that it comes through.
  let throughBps = 0;
  for (const c of feedersOf(entry.shape, position)) {
    throughBps += trueCapacityBps(network.channel(c));
  }
  const { periodMs, onMs } = stream.burst;
  const onBps = Math.min(throughBps, (arrivalBps * periodMs) / onMs);
  draft.bursts.push({ onBps, onMs, periodMs });
}
