import type { Buckets } from './buckets';

export interface StreamPoint {
  /** Sender's times, ns since the epoch; `startNs` 0 when the sender does not know. */
  readonly startNs: bigint;
  readonly timeNs: bigint;
  readonly cumulative: boolean;
  readonly buckets: Buckets;
}

/** New observations, or why there are none: all of these are normal. */
export type StreamStep =
  | { readonly kind: 'observed'; readonly counts: readonly number[] }
  /** First sight of a total that began before we listened: what to subtract from the next one. */
  | { readonly kind: 'baseline' }
  /** Sent again, or late: counted already. */
  | { readonly kind: 'repeated' }
  | { readonly kind: 'full' };

interface Incarnation {
  startNs: bigint;
  timeNs: bigint;
  buckets: Buckets;
  seenMs: number;
}

/** Replicas with the same attributes interleave; this many are told apart by their times. */
const MAX_INCARNATIONS = 8;

/**
 * Turns cumulative points into what is new, and drops points that were sent twice (an exporter
 * retries when the answer was lost). A new start time is a reset: the total since then is new when
 * it began after the last known point, or after the receiver itself.
 */
export class Streams {
  private readonly streams = new Map<string, Incarnation[]>();

  constructor(
    private readonly listeningSinceNs: bigint,
    private readonly limits: { readonly maxStreams: number; readonly idleMs: number },
  ) {}

  get size(): number {
    return this.streams.size;
  }

  step(identity: string, point: StreamPoint, nowMs: number): StreamStep {
    let known = this.streams.get(identity);
    if (known === undefined) {
      if (this.streams.size >= this.limits.maxStreams) this.forgetIdle(nowMs);
      if (this.streams.size >= this.limits.maxStreams) return { kind: 'full' };
      known = [];
      this.streams.set(identity, known);
    }
    if (!point.cumulative) return this.delta(known, point, nowMs);
    const before = known.find((one) => one.startNs === point.startNs);
    if (before === undefined) return this.first(known, point, nowMs);
    before.seenMs = nowMs;
    if (point.timeNs <= before.timeNs) return { kind: 'repeated' };
    const counts = difference(before.buckets, point.buckets);
    before.timeNs = point.timeNs;
    before.buckets = point.buckets;
    return counts === null ? { kind: 'baseline' } : { kind: 'observed', counts };
  }

  /** A retry has the very same interval; anything else is a replica's or the next one. */
  private delta(known: Incarnation[], point: StreamPoint, nowMs: number): StreamStep {
    const { startNs, timeNs, buckets } = point;
    if (known.some((one) => one.startNs === startNs && one.timeNs === timeNs))
      return { kind: 'repeated' };
    remember(known, { startNs, timeNs, buckets, seenMs: nowMs });
    return { kind: 'observed', counts: buckets.counts };
  }

  private first(known: Incarnation[], point: StreamPoint, nowMs: number): StreamStep {
    const lastNs = known.reduce((last, one) => (one.timeNs > last ? one.timeNs : last), 0n);
    const { startNs, timeNs, buckets } = point;
    const fresh =
      startNs > 0n && (startNs >= this.listeningSinceNs || (lastNs > 0n && startNs >= lastNs));
    remember(known, { startNs, timeNs, buckets, seenMs: nowMs });
    return fresh ? { kind: 'observed', counts: buckets.counts } : { kind: 'baseline' };
  }

  private forgetIdle(nowMs: number): void {
    for (const [identity, known] of this.streams) {
      const idle = known.every((one) => nowMs - one.seenMs > this.limits.idleMs);
      if (idle) this.streams.delete(identity);
    }
  }
}

function remember(known: Incarnation[], one: Incarnation): void {
  known.push(one);
  if (known.length > MAX_INCARNATIONS) known.shift();
}

/** Null when the bounds changed or a count fell without a new start time: begin anew. */
function difference(before: Buckets, after: Buckets): readonly number[] | null {
  const same =
    before.boundsMs.length === after.boundsMs.length &&
    before.boundsMs.every((bound, i) => bound === after.boundsMs[i]);
  if (!same) return null;
  const counts = after.counts.map((count, i) => count - (before.counts[i] as number));
  return counts.some((count) => count < 0) ? null : counts;
}
