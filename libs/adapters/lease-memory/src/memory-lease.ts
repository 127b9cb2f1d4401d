import type { Lease } from '@weir/core/ports';

interface Waiter {
  readonly lease: MemoryLease;
  readonly grant: (epoch: number) => void;
}

/** The thing that is leased; shared by all who want it. */
export class MemoryLeaseBoard {
  #holder: MemoryLease | null = null;
  #epoch = 0;
  readonly #waiting: Waiter[] = [];

  /** `previousEpoch`: the highest epoch that was ever granted, read when a grant is made. */
  constructor(private readonly previousEpoch: () => Promise<number> = async () => 0) {}

  async request(waiter: Waiter): Promise<void> {
    const previous = await this.previousEpoch();
    this.#epoch = Math.max(this.#epoch, previous);
    this.#waiting.push(waiter);
    this.#grant();
  }

  withdraw(lease: MemoryLease): void {
    const index = this.#waiting.findIndex((waiter) => waiter.lease === lease);
    if (index >= 0) this.#waiting.splice(index, 1);
    if (this.#holder === lease) {
      this.#holder = null;
      this.#grant();
    }
  }

  #grant(): void {
    if (this.#holder) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#holder = next.lease;
    next.grant(++this.#epoch);
  }
}

export class MemoryLease implements Lease {
  readonly #handlers: ((reason: string) => void)[] = [];
  #held = false;

  constructor(private readonly board = new MemoryLeaseBoard()) {}

  acquire(signal: AbortSignal): Promise<number> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.board.withdraw(this);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      const grant = (epoch: number): void => {
        signal.removeEventListener('abort', abort);
        // Aborted while `previousEpoch` was read: the promise is rejected, so pass it on.
        if (signal.aborted) return this.board.withdraw(this);
        this.#held = true;
        resolve(epoch);
      };
      this.board.request({ lease: this, grant }).catch(reject);
    });
  }

  onLost(handler: (reason: string) => void): void {
    this.#handlers.push(handler);
  }

  async release(): Promise<void> {
    this.#held = false;
    this.board.withdraw(this);
  }

  /** Takes the lease away, as a lost Redis would; for tests. */
  revoke(reason: string): void {
    if (!this.#held) return;
    this.#held = false;
    this.board.withdraw(this);
    for (const handler of this.#handlers.splice(0)) handler(reason);
  }
}
