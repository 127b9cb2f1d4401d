import { MemoryLease, type MemoryLeaseBoard } from '@weir/adapter-lease-memory';
import type { Clock, Lease, Timers } from '@weir/core/ports';
import type { VirtualTime } from '@weir/sim';
import type { Gate } from './gate';

const TTL_MS = 6_000;
const RENEW_MS = 2_000;
/** One message to the lease service and back, ms. */
const CALL_MS = 2;

/** The service that grants leases for a time; whoever it does not hear of loses his. */
export class LeaseService {
  /** Processes that cannot reach the service. */
  readonly cut = new Set<string>();
  private holder: { readonly lease: MemoryLease; forget: () => void } | null = null;

  constructor(
    readonly board: MemoryLeaseBoard,
    private readonly time: VirtualTime,
  ) {}

  /** Called at the grant and at each renewal; false when somebody else holds it by now. */
  hear(lease: MemoryLease, granted: boolean): boolean {
    if (!granted && this.holder?.lease !== lease) return false;
    this.holder?.forget();
    const forget = this.time.after(TTL_MS, () => {
      this.take(lease);
    });
    this.holder = { lease, forget };
    return true;
  }

  /** Ends the lease of whoever holds it; he finds out at his next renewal. */
  takeAway(): boolean {
    if (this.holder === null) return false;
    this.take(this.holder.lease);
    return true;
  }

  take(lease: MemoryLease): void {
    if (this.holder?.lease !== lease) return;
    this.holder.forget();
    this.holder = null;
    this.board.withdraw(lease);
  }
}

/** A lease that has to be renewed, as one in Redis: by the holder's own monotonic clock. */
export class RenewedLease implements Lease {
  private readonly inner: MemoryLease;
  private readonly handlers: ((reason: string) => void)[] = [];
  private deadlineMs = 0;
  private held = false;

  constructor(
    private readonly service: LeaseService,
    private readonly process: string,
    private readonly gate: Gate,
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {
    this.inner = new MemoryLease(service.board);
  }

  async acquire(signal: AbortSignal): Promise<number> {
    await this.reachable();
    const epoch = await this.gate.call(async () => {
      const granted = await this.inner.acquire(signal);
      this.service.hear(this.inner, true);
      return granted;
    });
    this.held = true;
    this.deadlineMs = this.clock.monotonicMs() + TTL_MS;
    this.schedule();
    return epoch;
  }

  onLost(handler: (reason: string) => void): void {
    this.handlers.push(handler);
  }

  async release(): Promise<void> {
    this.held = false;
    this.abandon();
  }

  /** The process is gone: whoever waited in its name waits no more, what it held runs out. */
  abandon(): void {
    if (this.held) return;
    this.service.take(this.inner);
    this.service.board.withdraw(this.inner);
  }

  private async reachable(): Promise<void> {
    while (this.service.cut.has(this.process))
      await new Promise<void>((resolve) => void this.timers.after(RENEW_MS, resolve));
  }

  private schedule(): void {
    this.timers.after(RENEW_MS, () => {
      this.renew();
    });
  }

  private renew(): void {
    if (!this.held) return;
    const askedMs = this.clock.monotonicMs();
    if (askedMs >= this.deadlineMs) {
      this.lose('not renewed in time');
      return;
    }
    this.timers.after(CALL_MS, () => {
      if (!this.held) return;
      if (this.service.cut.has(this.process)) {
        // Silence: tried again until the deadline, at which the holder gives up by itself.
        this.timers.after(Math.min(RENEW_MS / 2, this.deadlineMs - askedMs), () => {
          this.renew();
        });
      } else if (this.service.hear(this.inner, false)) {
        this.deadlineMs = askedMs + TTL_MS;
        this.schedule();
      } else this.lose('it was taken by another');
    });
  }

  private lose(reason: string): void {
    this.held = false;
    for (const handler of this.handlers.splice(0)) handler(reason);
  }
}
