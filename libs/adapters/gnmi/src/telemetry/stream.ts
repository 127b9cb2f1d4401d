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
}

export interface StreamEvents {
  /** Takes one message; throws when the bytes are not acceptable. */
  readonly message: (bytes: Buffer) => DecodeEvent;
  readonly synced: () => void;
  /** Once, and nothing after it. */
  readonly ended: (end: StreamEnd) => void;
}

/** One Subscribe call from request to end, watched for a missing sync and for silence. */
export class SubscribeStream {
  private readonly call: RawSubscribe;
  private readonly startedMs: number;
  private heardMs: number;
  private inSync = false;
  private over = false;
  private suspected = false;
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
    if (event !== 'sync' || this.inSync) return;
    this.inSync = true;
    this.events.synced();
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
