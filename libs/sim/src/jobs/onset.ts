import type { Conditions } from '../world/conditions';
import type { Stream } from '../sharing/stream';
import { routeIndependent, type Connection } from './connections';
import { firstWindowBytes, PACKET_BYTES } from './loss';
import type { PhaseOwner } from './phase-owner';
import { transferOn, type Transfer } from './transfer';

/** First retransmission and five more that may be lost as well. */
const MAX_ROUNDS = 6;

/**
 * A synchronised start: the first windows of all connections meet in the queues at one instant.
 * Those that lose too much of theirs are silent for a time-out and then start again together,
 * fewer of them, after a doubled time-out if that is lost too (Phanishayee et al. 2008). A
 * lock-step stream waits as a whole for any of its connections.
 */
export function loseFirstWindows(
  owner: PhaseOwner,
  transfers: readonly Transfer[],
  nowMs: number,
  conditions: Conditions,
): Transfer[] {
  const done: Transfer[] = transfers.filter(({ stream }) => stream === null);
  let starting = transfers.filter(({ stream }) => stream !== null);
  let startMs = nowMs;
  let waitMs = owner.spec.minRtoMs;
  // Only the lost part of a lock-step stream starts again, which is ever less of it.
  let share = 1;
  for (let round = 0; round < MAX_ROUNDS && starting.length > 0; round++) {
    const streams = starting.map(({ stream }) => stream as Stream);
    const firstBytes = windowOf(owner, starting, conditions);
    // After a time-out TCP begins again with one segment (RFC 5681, the loss window).
    const slowly = round > 0 && owner.spec.control !== 'dcqcn';
    const windowBytes = slowly ? Math.min(PACKET_BYTES, firstBytes) : firstBytes;
    // A part of the connections with whole windows meets like all of them with that part of each.
    const met = starting.every(({ lockStep }) => lockStep) ? share : 1;
    const { timeoutRatio } = conditions.onset(streams, windowBytes * met);
    share *= timeoutRatio;
    const lost: Transfer[] = [];
    for (const transfer of starting) {
      const [kept, again] = divide(owner, transfer, transfer.lockStep ? share : timeoutRatio);
      for (const part of kept) done.push({ ...part, startsAtMs: startMs });
      lost.push(...again);
    }
    starting = lost;
    if (lost.length === 0) break;
    startMs += waitMs;
    waitMs *= 2;
  }
  done.push(...starting.map((transfer) => ({ ...transfer, startsAtMs: startMs })));
  owner.ledger.timeoutMs += startMs - nowMs;
  return done;
}

/** What arrives and what has to start again, each at random with this probability. */
function divide(
  owner: PhaseOwner,
  transfer: Transfer,
  ratio: number,
): readonly [Transfer[], Transfer[]] {
  const { spec, context, ledger } = owner;
  const { random } = context;
  if (ratio <= 0) return [[transfer], []];
  if (transfer.lockStep) {
    const anyLost = 1 - (1 - Math.min(ratio, 1)) ** transfer.weight;
    if (random.next() >= anyLost) return [[transfer], []];
    ledger.timeouts += Math.max(1, Math.round(ratio * transfer.weight));
    return [[], [transfer]];
  }
  const kept: Connection[] = [];
  const lost: Connection[] = [];
  for (const connection of transfer.connections) {
    (random.next() < ratio ? lost : kept).push(connection);
  }
  ledger.timeouts += lost.length;
  if (lost.length === 0) return [[transfer], []];
  if (kept.length === 0) return [[], [transfer]];
  const part = (connections: readonly Connection[]): Transfer[] =>
    routeIndependent(connections, spec, context).routed.map((routed) =>
      transferOn(routed, transfer.leftBytes, transfer.startsAtMs, false),
    );
  return [part(kept), part(lost)];
}

function windowOf(
  { spec, context }: PhaseOwner,
  transfers: readonly Transfer[],
  conditions: Conditions,
): number {
  const channels = transfers[0]?.stream?.members[0]?.channels ?? [];
  const lineRateBps = context.network.channel(channels[0] ?? 0).lineRateBps;
  const window = firstWindowBytes(spec.control, conditions.baseRttMs(channels), {
    lineRateBps,
    connections: spec.control === 'dcqcn' ? mostOfOneSender(transfers) : 1,
  });
  const longest = transfers.reduce((most, { leftBytes }) => Math.max(most, leftBytes), 0);
  return Math.min(window, longest);
}

/** Connections that start on the busiest sender. */
function mostOfOneSender(transfers: readonly Transfer[]): number {
  const starting = new Map<string, number>();
  let most = 1;
  for (const { stream } of transfers) {
    for (const { source, connections } of stream?.members ?? []) {
      const count = (starting.get(source) ?? 0) + connections;
      starting.set(source, count);
      if (count > most) most = count;
    }
  }
  return most;
}
