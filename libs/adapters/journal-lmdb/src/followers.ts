import type { JournalRecord } from '@weir/core/model';

export interface FollowedJournal {
  first(): number;
  last(): number;
  page(from: number): JournalRecord[];
  /** Period of looking for commits of another process; null when commits wake us. */
  readonly pollMs: number | null;
}

interface Follower {
  next: number;
  readonly onRecord: (record: JournalRecord) => void;
  readonly onBehind: ((firstSequence: number) => void) | undefined;
  busy: boolean;
}

/** Hands records to those who follow: in order, each once, whatever wakes them up. */
export class Followers {
  readonly #followers = new Set<Follower>();
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly journal: FollowedJournal) {}

  async add(
    from: number,
    onRecord: (record: JournalRecord) => void,
    onBehind?: (firstSequence: number) => void,
  ): Promise<() => Promise<void>> {
    const follower: Follower = { next: from, onRecord, onBehind, busy: false };
    this.#followers.add(follower);
    this.#deliver(follower);
    if (this.journal.pollMs !== null && !this.#timer) {
      this.#timer = setInterval(() => this.wake(), this.journal.pollMs);
      this.#timer.unref();
    }
    return async () => {
      this.#followers.delete(follower);
    };
  }

  wake(): void {
    for (const follower of this.#followers) this.#deliver(follower);
  }

  close(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#followers.clear();
  }

  #deliver(follower: Follower): void {
    // A handler may append, which wakes us again in the middle of a delivery.
    if (follower.busy) return;
    follower.busy = true;
    try {
      while (follower.next <= this.journal.last() && this.#followers.has(follower)) {
        const first = this.journal.first();
        if (follower.next < first) {
          this.#followers.delete(follower);
          follower.onBehind?.(first);
          return;
        }
        for (const record of this.journal.page(follower.next)) {
          if (!this.#followers.has(follower)) return;
          follower.next = record.sequence + 1;
          follower.onRecord(record);
        }
      }
    } finally {
      follower.busy = false;
    }
  }
}
