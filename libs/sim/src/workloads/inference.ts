import type { Random } from '@weir/core/base';
import { PACKET_BYTES } from '../queueing/congestion-control';
import { lossPenaltyMs, type Conditions } from '../traffic/conditions';
import { Histogram } from '../traffic/histogram';
import type { Offer } from '../traffic/offer';
import type { Path } from '../network/routing';
import type { Granted, InferenceSpec, Observation, Workload, WorkloadContext } from './workload';

/** A request that has no answer by then counts as failed. */
const REQUEST_TIMEOUT_MS = 5_000;
/** Requests followed one by one in a step; more are represented by these. */
const MAX_SAMPLES = 60;

interface Pair {
  readonly client: string;
  readonly server: string;
}

export class Inference implements Workload {
  scale = 1;
  readonly done = false;
  private readonly pairs: readonly Pair[];
  private readonly histogram = new Histogram();
  private errors = 0;
  private cached: { version: number; scale: number; offers: readonly Offer[] } | null = null;

  constructor(
    readonly spec: InferenceSpec,
    private readonly context: WorkloadContext,
  ) {
    this.pairs = spec.clients.flatMap((client) =>
      spec.servers.map((server) => ({ client, server })),
    );
  }

  offers(): readonly Offer[] {
    const { routing } = this.context;
    if (this.cached?.version === routing.version && this.cached.scale === this.scale) {
      return this.cached.offers;
    }
    const perPair = (this.spec.requestsPerSecond * this.scale) / this.pairs.length;
    const offers = this.pairs.flatMap(({ client, server }) => [
      ...this.direction(client, server, perPair * this.spec.requestBytes * 8, 'requests'),
      ...this.direction(server, client, perPair * this.spec.responseBytes * 8, 'responses'),
    ]);
    this.cached = { version: routing.version, scale: this.scale, offers };
    return offers;
  }

  advance(dtMs: number, _granted: Granted, conditions: Conditions): void {
    const { random } = this.context;
    const expected = (this.spec.requestsPerSecond * this.scale * dtMs) / 1000;
    const count = poisson(expected, random);
    const samples = Math.min(count, MAX_SAMPLES);
    for (let i = 0; i < samples; i++) {
      // Whole requests are shared out among the samples, the rest to the first ones.
      const stands = Math.floor(count / samples) + (i < count % samples ? 1 : 0);
      const latencyMs = this.request(conditions);
      if (latencyMs >= REQUEST_TIMEOUT_MS) this.errors += stands;
      this.histogram.record(latencyMs, stands);
    }
  }

  take(): Observation[] {
    const errors = this.errors;
    this.errors = 0;
    const { name } = this.spec;
    return [
      {
        workload: name,
        class: this.spec.class,
        metric: 'request-latency',
        histogram: this.histogram.take(),
        errors,
      },
    ];
  }

  private direction(
    from: string,
    to: string,
    bps: number,
    what: 'requests' | 'responses',
  ): Offer[] {
    const { microBurst } = this.spec;
    const prefix = this.context.network.endpoints.get(to)?.spec.prefix ?? '';
    return this.context.routing.spread(from, to).map((path) => ({
      workload: this.spec.name,
      channels: path.channels,
      queue: this.context.queue,
      prefix,
      kind: 'open',
      demandBps: bps * path.fraction,
      connections: this.spec.connections,
      duty: 1,
      burst: microBurst?.of === what ? microBurst : null,
      ecnCapable: true,
    }));
  }

  /** Latency of one request, ms. */
  private request(conditions: Conditions): number {
    const { random, routing, queue } = this.context;
    const pair = this.pairs[random.below(this.pairs.length)];
    if (pair === undefined) return REQUEST_TIMEOUT_MS;
    const there = choose(routing.spread(pair.client, pair.server), random);
    const back = choose(routing.spread(pair.server, pair.client), random);
    if (there === null || back === null) return REQUEST_TIMEOUT_MS;
    const out = conditions.passage(there.channels, queue, random);
    const home = conditions.passage(back.channels, queue, random);
    const rttMs = conditions.baseRttMs(there.channels) + out.queueDelayMs + home.queueDelayMs;
    const rateBps = Math.max(1e6, conditions.rateForOneBps(back.channels, queue));
    const { spec } = this;
    const latencyMs =
      logNormal(spec.serviceMs.median, spec.serviceMs.sigma, random) +
      spec.roundTrips * rttMs +
      (spec.responseBytes * 8000) / rateBps +
      this.loss(spec.requestBytes, out.deliveredRatio, rttMs) +
      this.loss(spec.responseBytes, home.deliveredRatio, rttMs);
    return Math.min(latencyMs, REQUEST_TIMEOUT_MS);
  }

  private loss(bytes: number, deliveredRatio: number, rttMs: number): number {
    const packets = Math.max(1, Math.ceil(bytes / PACKET_BYTES));
    return lossPenaltyMs(packets, deliveredRatio, rttMs, this.spec.minRtoMs, this.context.random);
  }
}

function choose(paths: readonly Path[], random: Random): Path | null {
  let left = random.next();
  for (const path of paths) {
    left -= path.fraction;
    if (left < 0) return path;
  }
  // Fractions that do not add up to one are traffic without a route.
  return left > 1e-6 ? null : (paths.at(-1) ?? null);
}

/** Knuth's method in slices, so that exp(-mean) does not underflow. */
export function poisson(mean: number, random: Random): number {
  let count = 0;
  for (let left = mean; left > 0; left -= 30) {
    const limit = Math.exp(-Math.min(left, 30));
    let product = random.next();
    while (product > limit) {
      count += 1;
      product *= random.next();
    }
  }
  return count;
}

function logNormal(median: number, sigma: number, random: Random): number {
  const u = Math.max(1e-12, random.next());
  const normal = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random.next());
  return median * Math.exp(sigma * normal);
}
