import type { Member, Stream } from '../sharing/stream';
import type { Conditions } from '../world/conditions';
import { poisson } from './draws';
import { Histogram } from './histogram';
import type { Granted, InferenceSpec, Job, JobContext, JobTotals, Observation } from './job';
import { Ledger } from './ledger';
import { loadStep, type LoadStep } from './load-profile';
import { openStream, pairsOf, spreadMembers, type Pair } from './open-streams';
import { reuse } from './same-streams';
import { drawRequest, REQUEST_TIMEOUT_MS, waysOf, type PairPaths } from './request';

/** Requests followed one by one; beyond, each stands for several, so that time is what costs. */
const SAMPLES_PER_MS = 1.5;

/** The streams in the network and what they were made of. */
interface Listing {
  readonly version: number;
  readonly scale: number;
  readonly step: LoadStep;
  readonly requests: readonly (readonly Member[])[];
  readonly responses: readonly (readonly Member[])[];
  readonly streams: readonly Stream[];
}

/** Requests and responses as open streams; latencies drawn from the queues on the way. */
export class Inference implements Job {
  scale = 1;
  readonly done = false;
  private readonly pairs: readonly Pair[];
  private histogram = new Histogram();
  private errors = 0;
  /** Requests that came, and samples that may be drawn, since the last one was. */
  private pending = 0;
  private budget = 0;
  private listing: Listing | null = null;
  /** By pair, as far as requests took them since routing changed. */
  private paths: { readonly version: number; readonly of: (PairPaths | undefined)[] };

  constructor(
    readonly spec: InferenceSpec,
    private readonly context: JobContext,
    private readonly ledger = new Ledger(),
  ) {
    this.pairs = pairsOf(spec.clients, spec.servers);
    this.paths = { version: -1, of: [] };
  }

  streams(nowMs: number): readonly Stream[] {
    const { listing } = this;
    const { version } = this.context.routing;
    const step = loadStep(this.spec.profile, nowMs);
    const routed = listing?.version === version;
    const same = listing?.scale === this.scale && listing.step.scale === step.scale;
    if (routed && same) {
      if (listing.step.untilMs !== step.untilMs) this.listing = { ...listing, step };
      return listing.streams;
    }
    this.listing = this.list(step, version, routed ? listing : null);
    return this.listing.streams;
  }

  nextEventMs(): number {
    return this.listing?.step.untilMs ?? Infinity;
  }

  advance(fromMs: number, toMs: number, _granted: Granted, conditions: Conditions): void {
    const load = this.scale * (this.listing?.step.scale ?? 1);
    const expected = (this.spec.requestsPerSecond * load * (toMs - fromMs)) / 1000;
    const came = poisson(expected, this.context.random);
    this.pending += came;
    this.ledger.requests += came;
    this.budget += SAMPLES_PER_MS * (toMs - fromMs);
    const samples = Math.min(this.pending, Math.floor(this.budget));
    if (samples === 0) return;
    const count = this.pending;
    this.pending = 0;
    // What is left over is not saved up: a quiet time does not pay for a busy one.
    this.budget = Math.min(1, this.budget - samples);
    for (let i = 0; i < samples; i++) {
      // Whole requests are shared out among the samples, the rest to the first ones.
      this.answer(Math.floor(count / samples) + (i < count % samples ? 1 : 0), conditions);
    }
  }

  take(): Observation[] {
    const errors = this.errors;
    this.errors = 0;
    const { name, class: trafficClass } = this.spec;
    const histogram = this.histogram.take();
    return [{ workload: name, class: trafficClass, metric: 'request-latency', histogram, errors }];
  }

  totals(): JobTotals {
    return this.ledger.totals();
  }

  fork(context: JobContext): Inference {
    const copy = new Inference(this.spec, context, this.ledger.copy());
    copy.scale = this.scale;
    copy.histogram = this.histogram.copy();
    copy.errors = this.errors;
    copy.pending = this.pending;
    copy.budget = this.budget;
    copy.listing = this.listing;
    return copy;
  }

  /** Draws one request and counts it as often as it stands for others. */
  private answer(stands: number, conditions: Conditions): void {
    const { spec, ledger } = this;
    const paths = this.pathsOf(this.context.random.below(this.pairs.length));
    const { latencyMs, timeoutMs, timeouts } = drawRequest(paths, spec, this.context, conditions);
    ledger.timeoutMs += stands * timeoutMs;
    ledger.timeouts += stands * timeouts;
    this.histogram.record(latencyMs, stands);
    if (latencyMs >= REQUEST_TIMEOUT_MS) {
      this.errors += stands;
      ledger.errors += stands;
    } else {
      ledger.bytes += stands * (spec.requestBytes + spec.responseBytes);
    }
  }

  private pathsOf(index: number): PairPaths {
    const { routing } = this.context;
    if (this.paths.version !== routing.version) this.paths = { version: routing.version, of: [] };
    let paths = this.paths.of[index];
    if (paths === undefined) {
      const { source, destination } = this.pairs[index] as Pair;
      paths = {
        there: waysOf(routing.spread(source, destination)),
        back: waysOf(routing.spread(destination, source)),
      };
      this.paths.of[index] = paths;
    }
    return paths;
  }

  /** New rates on the paths of the last listing, or new paths. */
  private list(step: LoadStep, version: number, last: Listing | null): Listing {
    const { spec, context, pairs, scale } = this;
    const back = pairs.map(({ source, destination }) => ({
      source: destination,
      destination: source,
    }));
    const requests = last?.requests ?? spreadMembers(pairs, spec.connections, context);
    const responses = last?.responses ?? spreadMembers(back, spec.connections, context);
    const perSecond = (spec.requestsPerSecond * scale * step.scale) / pairs.length;
    const of = (
      what: 'requests' | 'responses',
      groups: readonly (readonly Member[])[],
      bytes: number,
    ): Stream[] => {
      const demandBps = (perSecond * bytes * 8) / spec.connections;
      const burst = spec.microBurst?.of === what ? spec.microBurst : null;
      return groups.map((members) => openStream(members, demandBps, burst, spec, context));
    };
    const streams = [
      ...of('requests', requests, spec.requestBytes),
      ...of('responses', responses, spec.responseBytes),
    ];
    const known = this.listing?.streams ?? [];
    return { version, scale, step, requests, responses, streams: reuse(known, streams) };
  }
}
