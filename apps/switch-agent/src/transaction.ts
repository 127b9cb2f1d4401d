import type { Log } from './log';

/** One part of a configuration change, checked but not made yet. */
export interface KernelChange {
  /** Tries it in the kernel and reads back; a rejection may leave it half made. */
  apply(): Promise<void>;
  /** Brings back what was there before `apply`, also after half of one. */
  putBack(): Promise<void>;
  /** It is the configuration now. Must not fail. */
  keep(): void;
}

/**
 * All of it or nothing: every part is tried in the kernel, then `persist` makes it durable. When
 * any of this fails, what was done is put back, last first, and the failure is thrown.
 */
export async function carryOut(
  changes: readonly KernelChange[],
  persist: () => Promise<void>,
  log: Log,
): Promise<void> {
  const tried: KernelChange[] = [];
  try {
    for (const change of changes) {
      tried.unshift(change);
      await change.apply();
    }
    await persist();
  } catch (error) {
    for (const change of tried) await putBack(change, log);
    throw error;
  }
  for (const change of changes) change.keep();
}

async function putBack(change: KernelChange, log: Log): Promise<void> {
  try {
    await change.putBack();
  } catch (error) {
    // The Set is answered with its own failure; state leaves show what the kernel really holds.
    const detail = error instanceof Error ? error.message : String(error);
    log.error({ error: detail }, 'kernel could not be put back after a failure');
  }
}

/** Whoever changes the kernel does it alone: Sets, and repairs when a link comes back. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  private running = 0;
  private count = 0;

  run<Value>(task: () => Promise<Value>): Promise<Value> {
    this.running += 1;
    this.count += 1;
    const done = this.last.then(task).finally(() => {
      this.running -= 1;
    });
    // The caller sees the failure; the next in turn runs whatever became of this one.
    this.last = done.catch(() => undefined);
    return done;
  }

  /**
   * Null while something is under way; else a number that the next change makes another. What was
   * read between two equal ones shows nobody's intermediate state.
   */
  get quietSince(): number | null {
    return this.running === 0 ? this.count : null;
  }
}
