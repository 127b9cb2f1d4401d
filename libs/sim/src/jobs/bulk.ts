import type { Stream } from '../sharing/stream';
import type { Conditions } from '../world/conditions';
import { lostItsPath, routeIndependent, type Connection } from './connections';
import type { BulkSpec, Granted, Job, JobContext, JobTotals, Observation } from './job';
import { Ledger } from './ledger';
import { nextRetryMs } from './loss';
import { sameOr } from './same-streams';
import { EPSILON_MS } from './transfer';

/** One long stream and what it is on now. */
interface Elephant {
  readonly connection: Connection;
  readonly stream: Stream | null;
  /** Silent until then, after it lost its path. */
  readonly resumesAtMs: number;
  readonly lostAtMs: number | null;
}

const NONE: readonly Stream[] = [];

/** Parallel long streams, each on the one path that its hash gives it. */
export class Bulk implements Job {
  scale = 1;
  done = false;
  private elephants: readonly Elephant[] = [];
  private basis: { readonly version: number; readonly scale: number } | null = null;
  private listed: readonly Stream[] = NONE;
  private wakesAtMs = Infinity;

  constructor(
    readonly spec: BulkSpec,
    private readonly context: JobContext,
    private readonly ledger = new Ledger(),
  ) {}

  streams(nowMs: number): readonly Stream[] {
    if (this.done) return NONE;
    const { version } = this.context.routing;
    const moved = this.basis?.version !== version || this.basis.scale !== this.scale;
    if (moved) {
      this.elephants = this.route(nowMs);
      this.basis = { version, scale: this.scale };
    }
    if (moved || nowMs >= this.wakesAtMs - EPSILON_MS) this.list(nowMs);
    return this.listed;
  }

  nextEventMs(nowMs: number, granted: Granted): number {
    if (this.done) return Infinity;
    const { totalBytes } = this.spec;
    const rateBps = this.listed.reduce((sum, _, index) => sum + granted(index), 0);
    if (totalBytes === null || rateBps <= 0) return this.wakesAtMs;
    const leftMs = ((totalBytes - this.ledger.bytes) * 8000) / rateBps;
    return Math.min(this.wakesAtMs, nowMs + Math.max(0, leftMs));
  }

  advance(fromMs: number, toMs: number, granted: Granted, _conditions: Conditions): void {
    if (this.done) return;
    const rateBps = this.listed.reduce((sum, _, index) => sum + granted(index), 0);
    this.ledger.bytes += (rateBps * (toMs - fromMs)) / 8000;
    const { totalBytes } = this.spec;
    if (totalBytes === null) return;
    if ((totalBytes - this.ledger.bytes) * 8000 <= rateBps * EPSILON_MS) this.done = true;
  }

  /** Nobody waits for it closely enough to measure it; its totals say how far it is. */
  take(): Observation[] {
    return [];
  }

  totals(): JobTotals {
    return this.ledger.totals();
  }

  fork(context: JobContext): Bulk {
    const copy = new Bulk(this.spec, context, this.ledger.copy());
    copy.scale = this.scale;
    copy.done = this.done;
    copy.elephants = this.elephants;
    copy.basis = this.basis;
    copy.listed = this.listed;
    copy.wakesAtMs = this.wakesAtMs;
    return copy;
  }

  private list(nowMs: number): void {
    const sending = this.elephants.filter(({ stream }) => stream !== null);
    const silent = sending.filter(({ resumesAtMs }) => resumesAtMs > nowMs + EPSILON_MS);
    this.wakesAtMs = silent.reduce(
      (next, { resumesAtMs }) => Math.min(next, resumesAtMs),
      Infinity,
    );
    const silentOnes = new Set(silent);
    const audible = sending.filter((elephant) => !silentOnes.has(elephant));
    const streams = audible.map(({ stream }) => stream as Stream);
    const same = streams.length === this.listed.length;
    if (same && streams.every((stream, i) => stream === this.listed[i])) return;
    this.listed = streams;
  }

  private route(nowMs: number): Elephant[] {
    const { spec, context, ledger } = this;
    const count = Math.max(this.scale > 0 ? 1 : 0, Math.round(spec.streams * this.scale));
    const limitBps =
      spec.rateLimitBps === null ? Infinity : (spec.rateLimitBps * this.scale) / count;
    return Array.from({ length: count }, (_, i) => {
      const connection = this.connection(i);
      const before = this.elephants[i];
      const [found] = routeIndependent([connection], spec, context).routed;
      if (found === undefined) {
        const lostAtMs = before?.lostAtMs ?? nowMs;
        return { connection, stream: null, resumesAtMs: nowMs, lostAtMs };
      }
      const demandBps = Math.min(limitBps, found.stream.demandBps);
      const stream = sameOr(before?.stream, { ...found.stream, demandBps });
      const cut = before !== undefined && this.wasCut(before);
      if (!cut) {
        return { connection, stream, resumesAtMs: before?.resumesAtMs ?? nowMs, lostAtMs: null };
      }
      const resumesAtMs = nextRetryMs(before.lostAtMs ?? nowMs, nowMs, spec.minRtoMs);
      ledger.timeouts += 1;
      ledger.timeoutMs += resumesAtMs - nowMs;
      return { connection, stream, resumesAtMs, lostAtMs: null };
    });
  }

  private wasCut(elephant: Elephant): boolean {
    return elephant.stream === null || lostItsPath(elephant.stream, this.context);
  }

  private connection(i: number): Connection {
    const { sources, destinations, name } = this.spec;
    const source = sources[i % sources.length] ?? '';
    // Every source sends to every destination before a pair is used again.
    const turn = i + Math.floor(i / sources.length);
    const chosen = destinations[turn % destinations.length] ?? '';
    const next = destinations[(turn + 1) % destinations.length] ?? '';
    const destination = chosen === source ? next : chosen;
    return { source, destination, flow: `${name}/${i}`, weight: 1 };
  }
}
