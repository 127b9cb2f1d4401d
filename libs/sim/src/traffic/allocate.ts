import { maxMin, type Scheduling } from './max-min';
import type { Offer, Outcome } from './offer';

/**
 * Rates of all offers. Senders that pause (training between iterations) are solved twice: once
 * with everybody sending, which gives their rate while on, and once at their mean, which gives
 * those that never pause what they get over time.
 */
export function allocate(
  capacityBps: Float64Array,
  offers: readonly Offer[],
  queues: readonly Scheduling[],
): Outcome {
  const flows = offers.map((offer) => ({
    channels: offer.channels,
    queue: offer.queue,
    demandBps: offer.demandBps,
    weight: offer.connections,
  }));
  const on = maxMin(capacityBps, flows, queues);
  const pauses = offers.some((offer) => offer.kind === 'elastic' && offer.duty < 1);
  const mean = pauses
    ? maxMin(
        capacityBps,
        flows.map((flow, f) => {
          const offer = offers[f] as Offer;
          if (offer.duty >= 1) return flow;
          return { ...flow, demandBps: (on.rateBps[f] ?? 0) * offer.duty };
        }),
        queues,
      )
    : on;
  return {
    onBps: on.rateBps,
    meanBps: mean.rateBps,
    onBottleneck: on.bottleneck,
    meanBottleneck: mean.bottleneck,
  };
}
