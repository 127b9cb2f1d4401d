import type { JournalRecord, RecordBody } from '@weir/core/model';

/** One call of `append` that waits for its commit. */
export interface PendingAppend {
  readonly epoch: number;
  readonly atMs: number;
  readonly bodies: readonly RecordBody[];
  resolve(records: readonly JournalRecord[]): void;
  reject(error: unknown): void;
}

/** Calls in one commit; bounds the time that the event loop spends on hashing. */
const LIMIT = 512;

/**
 * Appends that come while a commit is under way share the next one, so that many writers cost
 * hardly more syncs than one.
 */
export class GroupCommit {
  #waiting: PendingAppend[] = [];
  #running: Promise<void> | null = null;

  /** `commit` settles every append that it is given and never rejects. */
  constructor(private readonly commit: (appends: readonly PendingAppend[]) => Promise<void>) {}

  append(
    epoch: number,
    atMs: number,
    bodies: readonly RecordBody[],
  ): Promise<readonly JournalRecord[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ epoch, atMs, bodies, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything that was appended so far is settled. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // The calls of one turn of the event loop go together.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.commit(this.#waiting.splice(0, LIMIT));
    // In the same turn as the check above, so that no append falls between them.
    this.#running = null;
  }
}
