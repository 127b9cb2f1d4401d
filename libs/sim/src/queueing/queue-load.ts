import type { Network } from '../network/network';
import { trueCapacityBps } from '../network/network';
import type { Offer, Outcome } from '../traffic/offer';
import type { Burst } from '../buffers/burst';

/** Congestion-controlled senders whose bottleneck is this queue. */
export interface Crowd {
  connections: number;
  rateBps: number;
  baseRttMs: number;
  allEcn: boolean;
  /** Largest share of time that one of them sends. */
  duty: number;
}

/** Everything that arrives at one egress queue in one step. */
export interface QueueLoad {
  readonly channel: number;
  readonly queue: number;
  /** Steady arrivals that do not react: requests, and elastic traffic held back elsewhere. */
  steadyBps: number;
  /** Part of `steadyBps` that would not yield to overload. */
  openBps: number;
  readonly bursts: Map<string, Burst>;
  /** Senders that never pause. */
  readonly always: Crowd;
  /** Senders that come and go. */
  readonly phased: Crowd;
  /** What the queue delivers on average, for the queues served after it. */
  carriedBps: number;
}

const crowd = (): Crowd => ({ connections: 0, rateBps: 0, baseRttMs: 0, allEcn: true, duty: 0 });

/** Sorts the offers into the queues that they cross; key is channel x queues + queue. */
export function collectLoads(
  network: Network,
  offers: readonly Offer[],
  outcome: Outcome,
): Map<number, QueueLoad> {
  const loads = new Map<number, QueueLoad>();
  const width = network.spec.queues.length;
  offers.forEach((offer, f) => {
    const baseRttMs = baseRtt(network, offer.channels);
    const bottleneck = outcome.meanBottleneck[f] ?? -1;
    let behind = false;
    offer.channels.forEach((c, hop) => {
      const channel = network.channel(c);
      const beforeBps =
        offer.kind === 'open' && !behind ? offer.demandBps : (outcome.meanBps[f] ?? 0);
      if (c === bottleneck) behind = true;
      if (channel.device < 0) return;
      const key = c * width + offer.queue;
      let load = loads.get(key);
      if (load === undefined) {
        load = newLoad(c, offer.queue);
        loads.set(key, load);
      }
      load.carriedBps += outcome.meanBps[f] ?? 0;
      if (offer.kind === 'open') addOpen(network, load, offer, beforeBps, offer.channels[hop - 1]);
      else addElastic(load, offer, f, outcome, baseRttMs);
    });
  });
  return loads;
}

const newLoad = (channel: number, queue: number): QueueLoad => ({
  channel,
  queue,
  steadyBps: 0,
  openBps: 0,
  bursts: new Map(),
  always: crowd(),
  phased: crowd(),
  carriedBps: 0,
});

function addOpen(
  network: Network,
  load: QueueLoad,
  offer: Offer,
  arrivalBps: number,
  previous: number | undefined,
): void {
  if (offer.burst === null) {
    load.steadyBps += arrivalBps;
    load.openBps += arrivalBps;
    return;
  }
  const factor = offer.burst.periodMs / offer.burst.onMs;
  // A burst cannot come faster than the channel that it comes through.
  const through = previous === undefined ? Infinity : trueCapacityBps(network.channel(previous));
  const key = `${offer.workload}/${previous ?? -1}`;
  const before = load.bursts.get(key)?.onBps ?? 0;
  const onBps = Math.min(through, before + arrivalBps * factor);
  load.bursts.set(key, { ...offer.burst, onBps });
}

function addElastic(
  load: QueueLoad,
  offer: Offer,
  f: number,
  outcome: Outcome,
  baseRttMs: number,
): void {
  const meanBps = outcome.meanBps[f] ?? 0;
  if (offer.duty >= 1) {
    if (outcome.meanBottleneck[f] === load.channel) join(load.always, offer, meanBps, baseRttMs);
    else load.steadyBps += meanBps;
    return;
  }
  if (outcome.onBottleneck[f] === load.channel) {
    join(load.phased, offer, outcome.onBps[f] ?? 0, baseRttMs);
  } else load.steadyBps += meanBps;
}

function join(into: Crowd, offer: Offer, rateBps: number, baseRttMs: number): void {
  into.connections += offer.connections;
  into.rateBps += rateBps;
  into.baseRttMs = Math.max(into.baseRttMs, baseRttMs);
  into.allEcn &&= offer.ecnCapable;
  into.duty = Math.max(into.duty, offer.duty);
}

/** There and back without queues: propagation, and 5 us in each switch and host. */
export function baseRtt(network: Network, channels: readonly number[]): number {
  let us = 0;
  for (const c of channels) us += network.channel(c).propagationUs + 5;
  return (2 * us) / 1000;
}

/** Bursts of one workload that come over several channels meet in the queue: one burst. */
export function mergedBursts(load: QueueLoad): Burst[] {
  const merged = new Map<string, Burst>();
  for (const [key, burst] of load.bursts) {
    const workload = key.slice(0, key.lastIndexOf('/'));
    const before = merged.get(workload);
    merged.set(workload, { ...burst, onBps: burst.onBps + (before?.onBps ?? 0) });
  }
  return [...merged.values()];
}
