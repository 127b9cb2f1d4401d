import { rateUnderLoss } from '../queueing/congestion-control';
import type { Conditions } from '../traffic/conditions';
import type { Offer } from '../traffic/offer';
import type { BulkSpec, Granted, Observation, Workload, WorkloadContext } from './workload';

/** Parallel long streams, each on the one path that its hash gives it. */
export class Bulk implements Workload {
  scale = 1;
  done = false;
  private movedBytes = 0;

  constructor(
    readonly spec: BulkSpec,
    private readonly context: WorkloadContext,
  ) {}

  offers(conditions: Conditions): readonly Offer[] {
    const { spec, context } = this;
    const streams = Math.max(1, Math.round(spec.streams * this.scale));
    const limitBps =
      spec.rateLimitBps === null ? Infinity : (spec.rateLimitBps * this.scale) / streams;
    const offers: Offer[] = [];
    for (let i = 0; i < streams; i++) {
      const from = spec.sources[i % spec.sources.length] ?? '';
      // Every source sends to every destination before a pair is used again.
      const turn = i + Math.floor(i / spec.sources.length);
      const to = spec.destinations[turn % spec.destinations.length] ?? '';
      const path = context.routing.single(from, to, `${spec.name}/${i}`);
      if (path === null) continue;
      const lost = conditions.grayLossRatio(path.channels);
      offers.push({
        workload: spec.name,
        channels: path.channels,
        queue: context.queue,
        prefix: context.network.endpoints.get(to)?.spec.prefix ?? '',
        kind: 'elastic',
        demandBps: Math.min(limitBps, rateUnderLoss(lost, conditions.baseRttMs(path.channels))),
        connections: 1,
        duty: 1,
        burst: null,
        ecnCapable: spec.ecnCapable,
      });
    }
    return offers;
  }

  advance(dtMs: number, granted: Granted, conditions: Conditions): void {
    const count = this.offers(conditions).length;
    for (let i = 0; i < count; i++) this.movedBytes += (granted.meanBps(i) * dtMs) / 8000;
    if (this.spec.totalBytes !== null && this.movedBytes >= this.spec.totalBytes) this.done = true;
  }

  take(): Observation[] {
    return [];
  }
}
