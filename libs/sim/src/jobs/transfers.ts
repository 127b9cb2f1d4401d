import type { Stream } from '../sharing/stream';
import type { Conditions } from '../world/conditions';
import { pareto, poisson } from './draws';
import { routeIndependent, type Connection } from './connections';
import { Histogram } from './histogram';
import type { Granted, Job, JobContext, JobTotals, Observation, TransfersSpec } from './job';
import { Ledger } from './ledger';
import { lossPenalty, PACKET_BYTES } from './loss';
import { EPSILON_MS } from './transfer';

/** Beyond this many arrivals in a second they come in ticks, several at once. */
const MOST_PER_SECOND = 200;
const TICK_MS = 5;

interface Flow {
  readonly connection: Connection;
  readonly arrivedMs: number;
  readonly sizeBytes: number;
  readonly leftBytes: number;
}

/** Flows on one path, which all move at one rate. */
interface Lane {
  readonly stream: Stream;
  readonly flows: readonly Flow[];
}

/** Finite transfers that come, share the network with what else there is, and go. */
export class Transfers implements Job {
  scale = 1;
  readonly done = false;
  private lanes = new Map<string, Lane>();
  private waiting: readonly Flow[] = [];
  private listed: readonly Stream[] | null = null;
  private version = -1;
  private plannedScale = 0;
  private nextArrivalMs = Infinity;
  private arrivals = 0;
  private histogram = new Histogram();

  constructor(
    readonly spec: TransfersSpec,
    private readonly context: JobContext,
    private readonly ledger = new Ledger(),
  ) {}

  streams(nowMs: number): readonly Stream[] {
    if (this.plannedScale !== this.scale) {
      this.plannedScale = this.scale;
      this.planArrival(nowMs);
    }
    if (this.version !== this.context.routing.version) {
      this.version = this.context.routing.version;
      const flows = [...this.waiting, ...[...this.lanes.values()].flatMap((lane) => lane.flows)];
      this.waiting = [];
      this.lanes = new Map();
      for (const flow of flows) this.enter(flow);
    }
    this.listed ??= [...this.lanes.values()].map(({ stream }) => stream);
    return this.listed;
  }

  nextEventMs(nowMs: number, granted: Granted): number {
    let nextMs = this.nextArrivalMs;
    let index = 0;
    for (const { flows } of this.lanes.values()) {
      const rateBps = granted(index++);
      for (const { leftBytes } of flows) {
        nextMs = Math.min(nextMs, nowMs + (leftBytes * 8000) / rateBps);
      }
    }
    return nextMs;
  }

  advance(fromMs: number, toMs: number, granted: Granted, conditions: Conditions): void {
    let index = 0;
    for (const [key, lane] of this.lanes) {
      const rateBps = granted(index++);
      this.live(key, lane, rateBps, toMs - fromMs, toMs, conditions);
    }
    if (toMs >= this.nextArrivalMs - EPSILON_MS) this.arrive(toMs);
  }

  /** How long transfers took, as requests for them saw it. */
  take(): Observation[] {
    const { name, class: trafficClass } = this.spec;
    const histogram = this.histogram.take();
    return [
      { workload: name, class: trafficClass, metric: 'request-latency', histogram, errors: 0 },
    ];
  }

  totals(): JobTotals {
    return this.ledger.totals();
  }

  fork(context: JobContext): Transfers {
    const copy = new Transfers(this.spec, context, this.ledger.copy());
    copy.scale = this.scale;
    copy.lanes = new Map(this.lanes);
    copy.waiting = this.waiting;
    copy.listed = this.listed;
    copy.version = this.version;
    copy.plannedScale = this.plannedScale;
    copy.nextArrivalMs = this.nextArrivalMs;
    copy.arrivals = this.arrivals;
    copy.histogram = this.histogram.copy();
    return copy;
  }

  private live(
    key: string,
    lane: Lane,
    rateBps: number,
    forMs: number,
    nowMs: number,
    conditions: Conditions,
  ): void {
    const bytes = (rateBps * forMs) / 8000;
    const left: Flow[] = [];
    for (const flow of lane.flows) {
      this.ledger.bytes += Math.min(bytes, flow.leftBytes);
      const leftBytes = flow.leftBytes - bytes;
      if (leftBytes * 8000 > rateBps * EPSILON_MS) left.push({ ...flow, leftBytes });
      else this.finish(flow, lane.stream, nowMs, conditions);
    }
    if (left.length === lane.flows.length) {
      this.lanes.set(key, { stream: lane.stream, flows: left });
      return;
    }
    this.listed = null;
    if (left.length === 0) this.lanes.delete(key);
    else this.lanes.set(key, { stream: withCount(lane.stream, left.length), flows: left });
  }

  private finish(flow: Flow, stream: Stream, nowMs: number, conditions: Conditions): void {
    const { spec, ledger, context } = this;
    const channels = stream.members[0]?.channels ?? [];
    const rttMs = conditions.baseRttMs(channels) + conditions.queueDelayMs(channels, context.queue);
    const penalty = lossPenalty(
      Math.max(1, Math.ceil(flow.sizeBytes / PACKET_BYTES)),
      1 - conditions.lossRatio(channels, context.queue),
      rttMs,
      spec.minRtoMs,
      context.random,
    );
    ledger.requests += 1;
    ledger.timeouts += penalty.timeouts;
    ledger.timeoutMs += penalty.timeoutMs;
    this.histogram.record(nowMs - flow.arrivedMs + rttMs + penalty.timeoutMs);
  }

  private planArrival(nowMs: number): void {
    const perSecond = this.spec.transfersPerSecond * this.scale;
    if (perSecond <= 0) this.nextArrivalMs = Infinity;
    else if (perSecond > MOST_PER_SECOND) this.nextArrivalMs = nowMs + TICK_MS;
    else this.nextArrivalMs = nowMs + this.context.random.exponential(1000 / perSecond);
  }

  private arrive(nowMs: number): void {
    const perSecond = this.spec.transfersPerSecond * this.plannedScale;
    const count =
      perSecond > MOST_PER_SECOND ? poisson((perSecond * TICK_MS) / 1000, this.context.random) : 1;
    for (let i = 0; i < count; i++) this.enter(this.draw(nowMs));
    this.planArrival(nowMs);
  }

  private draw(nowMs: number): Flow {
    const { sources, destinations, meanBytes, shape, name } = this.spec;
    const { random } = this.context;
    const source = sources[random.below(sources.length)] ?? '';
    const others = destinations.filter((destination) => destination !== source);
    const destination = others[random.below(others.length)] ?? '';
    const sizeBytes = shape === null ? meanBytes : pareto(meanBytes, shape, random);
    this.arrivals += 1;
    const connection = { source, destination, flow: `${name}/${this.arrivals}`, weight: 1 };
    return { connection, arrivedMs: nowMs, sizeBytes, leftBytes: sizeBytes };
  }

  /** Puts a flow on its path; one without waits until routing changes. */
  private enter(flow: Flow): void {
    const [found] = routeIndependent([flow.connection], this.spec, this.context).routed;
    this.listed = null;
    if (found === undefined) {
      this.waiting = [...this.waiting, flow];
      return;
    }
    const { source, destination } = flow.connection;
    const key = `${source}>${destination}:${found.stream.members[0]?.channels.join() ?? ''}`;
    const lane = this.lanes.get(key);
    const flows = [...(lane?.flows ?? []), flow];
    this.lanes.set(key, { stream: withCount(found.stream, flows.length), flows });
  }
}

function withCount(stream: Stream, connections: number): Stream {
  return { ...stream, members: stream.members.map((member) => ({ ...member, connections })) };
}
