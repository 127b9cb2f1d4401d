import type { Crowd, QueueArrivals } from '../buffers/queue-state';
import { trueCapacityBps, type Network } from '../network/network';
import { feedersOf, isBehind, type ActiveStream } from './active-stream';
import type { Entries } from './cell-members';

/** A queue that carries this much of its service is full; sharing is exact up to rounding. */
export const FULL = 1 - 1e-6;
/** Below this share of its service, smooth traffic leaves next to nothing in a queue. */
const BUSY = 0.5;
/** Rates this close are the same. */
export const EQUAL = 1 - 1e-9;

/** A queue as the loads of its streams are put together. */
export interface QueueInput {
  readonly channel: number;
  readonly queue: number;
  readonly serviceBps: number;
  readonly carriedBps: number;
  /** Highest rate of an elastic connection in it. */
  readonly highestBps: number;
  readonly lossless: boolean;
  /** Whether queues before this one hold all that a stream brings here. */
  readonly isPaced: (entry: ActiveStream, position: number) => boolean;
  /** What one connection of an open stream gets out of its host, bps. */
  readonly offeredBps: (entry: ActiveStream) => number;
}

interface Draft {
  readonly channel: number;
  readonly queue: number;
  readonly serviceBps: number;
  steadyBps: number;
  steadyConnections: number;
  openBps: number;
  feedersBps: number;
  crowds: Crowd[];
  bursts: Burst[];
}

/** All streams of one workload come at the same instant. */
interface Burst {
  readonly workload: string;
  onBps: number;
  readonly onMs: number;
  readonly periodMs: number;
  /** Channels that it comes through: it cannot come faster than all of them bring it. */
  readonly through: Set<number>;
}

const NO_CROWDS: Crowd[] = [];
const NO_BURSTS: Burst[] = [];

/**
 * Sorts the streams of one queue into those that it holds back and those that just pass. They
 * come as places in the table and positions in their list of channels.
 */
export function arrivalsAt(
  network: Network,
  input: QueueInput,
  entries: Entries,
  slots: readonly number[],
  positions: readonly number[],
): QueueArrivals {
  const draft: Draft = {
    channel: input.channel,
    queue: input.queue,
    serviceBps: input.serviceBps,
    steadyBps: 0,
    steadyConnections: 0,
    openBps: 0,
    feedersBps: 0,
    crowds: NO_CROWDS,
    bursts: NO_BURSTS,
  };
  const full = input.carriedBps >= input.serviceBps * FULL;
  for (let i = 0; i < slots.length; i++) {
    const entry = entries[slots[i] as number] as ActiveStream;
    const position = positions[i] as number;
    const { stream, connections } = entry.shape;
    if (stream.kind === 'open') addOpen(draft, entry, position, input.offeredBps);
    else if (full && isHeld(entry, input.highestBps) && !input.isPaced(entry, position))
      join(draft, entry, position);
    else addPaced(draft, connections[position] as number, entry.rateBps);
  }
  for (const burst of draft.bursts) {
    let throughBps = 0;
    for (const c of burst.through) throughBps += trueCapacityBps(network.channel(c));
    burst.onBps = Math.min(burst.onBps, throughBps);
  }
  const busy = draft.crowds.length === 0 && draft.steadyBps > input.serviceBps * BUSY;
  if (input.lossless || busy) {
    draft.feedersBps = feedersBps(network, entries, slots, positions);
    // What comes in line, no faster than it goes on, never waits: as if it were one connection.
    if (draft.feedersBps <= input.serviceBps / EQUAL) draft.steadyConnections = 1;
  }
  return draft;
}

/** What all channels that lead into the queue could bring together. */
function feedersBps(
  network: Network,
  entries: Entries,
  slots: readonly number[],
  positions: readonly number[],
): number {
  const feeders = new Set<number>();
  slots.forEach((slot, i) => {
    const { shape } = entries[slot] as ActiveStream;
    for (const c of feedersOf(shape, positions[i] as number)) feeders.add(c);
  });
  let bps = 0;
  for (const c of feeders) bps += trueCapacityBps(network.channel(c));
  return bps;
}

/** By the definition of max-min: nobody in the full queue gets more, and nothing else holds it. */
export const isHeld = (entry: ActiveStream, highestBps: number): boolean =>
  !entry.heldAtHost && entry.bottleneck >= 0 && entry.rateBps >= highestBps * EQUAL;

function join(draft: Draft, entry: ActiveStream, position: number): void {
  const { stream, connections, baseRttMs } = entry.shape;
  const count = connections[position] as number;
  const rateBps = count * entry.rateBps;
  const crowd = { control: stream.control, connections: count, rateBps, baseRttMs };
  if (draft.crowds === NO_CROWDS) draft.crowds = [];
  const index = draft.crowds.findIndex(({ control }) => control === stream.control);
  const before = draft.crowds[index];
  if (before === undefined) draft.crowds.push(crowd);
  else {
    draft.crowds[index] = {
      control: stream.control,
      connections: before.connections + count,
      rateBps: before.rateBps + rateBps,
      baseRttMs: Math.max(before.baseRttMs, baseRttMs),
    };
  }
}

function addPaced(draft: Draft, connections: number, rateBps: number): void {
  draft.steadyBps += connections * rateBps;
  if (rateBps > 0) draft.steadyConnections += connections;
}

/** Open traffic comes with its full demand up to where it is cut, and with what is left after. */
function addOpen(
  draft: Draft,
  entry: ActiveStream,
  position: number,
  offeredBps: QueueInput['offeredBps'],
): void {
  const { stream, channels, connections } = entry.shape;
  const cut = entry.bottleneck < 0 ? -1 : channels.indexOf(entry.bottleneck);
  const isCut = cut >= 0 && isBehind(entry.shape, position, cut);
  const eachBps = isCut ? entry.rateBps : offeredBps(entry);
  const arrivalBps = (connections[position] as number) * eachBps;
  if (stream.burst === null) {
    draft.steadyBps += arrivalBps;
    // Requests come when they please.
    draft.steadyConnections = Infinity;
    draft.openBps += arrivalBps;
    return;
  }
  const { periodMs, onMs } = stream.burst;
  const workload = stream.workload;
  if (draft.bursts === NO_BURSTS) draft.bursts = [];
  let burst = draft.bursts.find((known) => known.workload === workload);
  if (burst === undefined) {
    burst = { workload, onBps: 0, onMs, periodMs, through: new Set() };
    draft.bursts.push(burst);
  }
  burst.onBps += (arrivalBps * periodMs) / onMs;
  for (const c of feedersOf(entry.shape, position)) burst.through.add(c);
}
