import type { ServiceError } from '@grpc/grpc-js';
import type { Clock, Timers } from '@weir/core/ports';
import type { gnmi } from '@weir/proto-gen';
import { errorText, type GnmiClient, type RawSubscribe } from '../client';
import type { DecodeEvent } from '../decode';

/** Why a stream ended. `code` is the gRPC status where the target gave one. */
export interface StreamEnd {
  readonly code: number | null;
  readonly detail: string;
}

export interface StreamLimits {
  /** No sync_response within this time is a failure, ms. */
  readonly syncTimeoutMs: number;
  /** A stream in sync that says nothing for this long has stalled, ms. */
  readonly stallMs: number;
  /** The sample interval that was asked for, ms. */
  readonly intervalMs: number;
}

export interface StreamEvents {
  /** Takes one message; throws when the bytes are not acceptable. */
  readonly message: (bytes: Buffer) => DecodeEvent;
  readonly synced: () => void;
  /** The target sends far more than was asked: it is not read for the rest of the interval. */
  readonly shed: () => void;
  /** Once, and nothing after it. */
  readonly ended: (end: StreamEnd) => void;
}

/** In one interval a target may send so many times what it sent before the sync, and this on top. */
const BUDGET_SNAPSHOTS = 4;
const BUDGET_BYTES = 256 * 1024;

/** One Subscribe call from request to end, watched for a missing sync and for silence. */
export class SubscribeStream {
  private readonly call: RawSubscribe;
  private readonly startedMs: number;
  private heardMs: number;
  private inSync = false;
  private over = false;
  private suspected = false;
  private snapshotBytes = 0;
  private interval = { startMs: 0, bytes: 0 };
  private cancelPause: () => void = () => undefined;
  private cancelTimer: () => void = () => undefined;

  constructor(
    client: GnmiClient,
    request: gnmi.SubscribeRequest,
    private readonly limits: StreamLimits,
    private readonly events: StreamEvents,
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {
    this.startedMs = this.heardMs = clock.monotonicMs();
    this.call = client.subscribe();
    this.call.on('data', (bytes: Buffer) => this.receive(bytes));
    this.call.on('error', (error: ServiceError) =>
      this.end({ code: error.code, detail: errorText(error) }),
    );
    this.call.on('end', () => this.end({ code: null, detail: 'the target closed the stream' }));
    this.call.write(request);
    this.watch();
  }

  /** Ends the call; `ended` is not called. */
  cancel(): void {
    this.over = true;
    this.cancelTimer();
    this.cancelPause();
    this.call.cancel();
  }

  private receive(bytes: Buffer): void {
    if (this.over) return;
    this.heardMs = this.clock.monotonicMs();
    this.suspected = false;
    let event: DecodeEvent;
    try {
      event = this.events.message(bytes);
    } catch (error) {
      this.end({ code: null, detail: error instanceof Error ? error.message : String(error) });
      return;
    }
    this.account(bytes.length);
    if (event !== 'sync' || this.inSync) return;
    this.inSync = true;
    this.events.synced();
  }

  /**
   * A target that floods is not read: its samples wait with it, or are lost there, and the loop has
   * the time for everything else.
   */
  private account(bytes: number): void {
    if (!this.inSync) {
      this.snapshotBytes += bytes;
      return;
    }
    const { interval, limits } = this;
    if (this.heardMs - interval.startMs >= limits.intervalMs)
      this.interval = { startMs: this.heardMs, bytes };
    else interval.bytes += bytes;
    if (this.interval.bytes <= BUDGET_SNAPSHOTS * this.snapshotBytes + BUDGET_BYTES) return;
    const restMs = Math.max(1, this.interval.startMs + limits.intervalMs - this.heardMs);
    this.call.pause();
    this.events.shed();
    this.cancelPause();
    this.cancelPause = this.timers.after(restMs, () => this.call.resume());
  }

  private watch(): void {
    const checkMs = Math.max(1, this.limits.stallMs / 6);
    this.cancelTimer = this.timers.after(checkMs, () => {
      const nowMs = this.clock.monotonicMs();
      if (!this.inSync && nowMs - this.startedMs > this.limits.syncTimeoutMs) {
        this.end({ code: null, detail: `no sync within ${this.limits.syncTimeoutMs} ms` });
        return;
      }
      if (this.inSync && nowMs - this.heardMs > this.limits.stallMs) {
        // After a stall of our own event loop, messages wait behind this timer: look twice.
        if (this.suspected) {
          this.end({ code: null, detail: `silent for more than ${this.limits.stallMs} ms` });
          return;
        }
        this.suspected = true;
      }
      this.watch();
    });
  }

  private end(end: StreamEnd): void {
    if (this.over) return;
    this.cancel();
    this.events.ended(end);
  }
}
