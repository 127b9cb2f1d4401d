/** The answer to a write that succeeded. */
export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

interface Entry {
  readonly fingerprint: string;
  readonly answer: Promise<StoredAnswer>;
  readonly expiresMs: number;
}

export type Claim =
  /** First use: run the request, then call `settle` or `fail`. */
  | { readonly kind: 'run'; settle(answer: StoredAnswer): void; fail(error: unknown): void }
  /** Used before with the same request; the answer may still be on its way. */
  | { readonly kind: 'replay'; readonly answer: Promise<StoredAnswer> }
  | { readonly kind: 'conflict' };

export interface IdempotencyLimits {
  readonly ttlMs: number;
  readonly maxEntries: number;
}

/**
 * Answers of writes by idempotency key, in the memory of this process. Only successes are kept: a
 * refused request changed nothing, so asking again is harmless.
 */
export class IdempotencyStore {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly nowMs: () => number,
    private readonly limits: IdempotencyLimits = { ttlMs: 24 * 3600_000, maxEntries: 10_000 },
  ) {}

  claim(key: string, fingerprint: string): Claim {
    const now = this.nowMs();
    const known = this.entries.get(key);
    if (known !== undefined && known.expiresMs > now) {
      if (known.fingerprint !== fingerprint) return { kind: 'conflict' };
      return { kind: 'replay', answer: known.answer };
    }
    let settle!: (answer: StoredAnswer) => void;
    let reject!: (error: unknown) => void;
    const answer = new Promise<StoredAnswer>((resolve, refuse) => {
      settle = resolve;
      reject = refuse;
    });
    // Nobody may be waiting for the answer of a request that fails.
    answer.catch(() => undefined);
    this.makeRoom(now);
    this.entries.set(key, { fingerprint, answer, expiresMs: now + this.limits.ttlMs });
    const fail = (error: unknown): void => {
      this.entries.delete(key);
      reject(error);
    };
    return { kind: 'run', settle, fail };
  }

  /** Insertion order is age order, so the oldest entry is the first one. */
  private makeRoom(now: number): void {
    for (const [key, entry] of this.entries) {
      if (entry.expiresMs > now && this.entries.size < this.limits.maxEntries) return;
      this.entries.delete(key);
    }
  }
}
