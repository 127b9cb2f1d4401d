import type { Socket } from 'node:net';

/** What one direction of all connections does with bytes; read anew for each piece. */
export interface Conditions {
  /** Nothing passes, no FIN either, and the sender is not read: silence. */
  held: boolean;
  latencyMs: number;
  /** Null: as fast as it goes. */
  bytesPerSecond: number | null;
  /** Both sides are reset once this many more bytes have passed; null: never. */
  cutAfterBytes: number | null;
}

export const CLEAR: Readonly<Conditions> = {
  held: false,
  latencyMs: 0,
  bytesPerSecond: null,
  cutAfterBytes: null,
};

/** A low rate is made of pieces this far apart. */
const PIECE_MS = 20;
/** The sender is not read further while this much waits here. */
const MAX_QUEUED_BYTES = 1 << 20;

/** How a side leaves: by FIN or by RST. */
type Ending = 'end' | 'reset';

/** One direction of one connection. */
export class Pipe {
  private readonly queue: { item: Buffer | Ending; readonly dueMs: number }[] = [];
  private queuedBytes = 0;
  private timer: NodeJS.Timeout | null = null;
  private congested = false;
  /** This connection alone is held, whatever the others do. */
  silent = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly conditions: Conditions,
    private readonly reset: () => void,
  ) {
    to.on('drain', () => {
      this.congested = false;
      this.pump();
    });
  }

  push(item: Buffer | Ending): void {
    this.queue.push({ item, dueMs: performance.now() + this.conditions.latencyMs });
    this.queuedBytes += typeof item === 'string' ? 0 : item.length;
    this.pump();
  }

  /** Passes on what may pass now; called again after each change of the conditions. */
  pump(): void {
    if (this.conditions.held || this.silent || this.queuedBytes > MAX_QUEUED_BYTES)
      this.from.pause();
    else this.from.resume();
    while (this.timer === null && !this.congested && !this.conditions.held && !this.silent) {
      const [head] = this.queue;
      if (head === undefined) return;
      const waitMs = head.dueMs - performance.now();
      if (waitMs > 0) this.later(waitMs);
      else if (typeof head.item === 'string') this.leave(head.item);
      else this.pass(head.item);
    }
  }

  close(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.queue.length = 0;
  }

  private pass(bytes: Buffer): void {
    const { bytesPerSecond: rate, cutAfterBytes: rest } = this.conditions;
    const slice = rate === null ? bytes.length : Math.max(1, (rate * PIECE_MS) / 1_000);
    const piece = bytes.subarray(0, Math.min(Math.floor(slice), rest ?? Infinity));
    this.take(piece.length);
    if (rest !== null && piece.length === rest) {
      this.conditions.cutAfterBytes = null;
      this.silent = true;
      // What was let through is to arrive before the reset does.
      this.to.write(piece, this.reset);
      return;
    }
    if (rest !== null) this.conditions.cutAfterBytes = rest - piece.length;
    this.congested = !this.to.write(piece);
    if (rate !== null) this.later((1_000 * piece.length) / rate);
  }

  private take(length: number): void {
    const [head] = this.queue;
    if (head === undefined || typeof head.item === 'string') return;
    this.queuedBytes -= length;
    if (length === head.item.length) this.queue.shift();
    else head.item = head.item.subarray(length);
  }

  private leave(ending: Ending): void {
    this.queue.shift();
    if (ending === 'end') this.to.end();
    else this.reset();
  }

  private later(delayMs: number): void {
    this.timer = setTimeout(() => {
      this.timer = null;
      this.pump();
    }, delayMs);
  }
}
