import type { JournalRecord, RecordBody } from '@weir/core/model';
import {
  JournalFenced,
  JournalUnavailable,
  type Journal,
  type JournalVerification,
} from '@weir/core/ports';

/**
 * What goes wrong with the next append.
 * - `refuse`: nothing is written and the append rejects (disk full, I/O error).
 * - `lose-answer`: the records are written, but the append rejects.
 * - `fence`: another leader with a higher epoch has written.
 */
export type JournalFault = 'refuse' | 'lose-answer' | 'fence';

/** A journal that fails on command, and from then on refuses, as a real one does. */
export class FaultyJournal implements Journal {
  #fault: { readonly kind: JournalFault; appendsBefore: number } | null = null;
  #failed: Error | null = null;
  #hold: Promise<void> | null = null;

  constructor(private readonly inner: Journal) {}

  /** Fails the append after the next `appendsBefore` good ones. */
  failAfter(appendsBefore: number, kind: JournalFault): void {
    this.#fault = { kind, appendsBefore };
  }

  /** Appends wait until the returned function is called: a disk that hangs. */
  hold(): () => void {
    let release = (): void => undefined;
    this.#hold = new Promise((resolve) => (release = resolve));
    return () => {
      this.#hold = null;
      release();
    };
  }

  async append(
    epoch: number,
    atMs: number,
    bodies: readonly RecordBody[],
  ): Promise<readonly JournalRecord[]> {
    if (this.#hold) await this.#hold;
    if (this.#failed) throw this.#failed;
    const fault = this.#fault;
    if (!fault || fault.appendsBefore-- > 0) return this.inner.append(epoch, atMs, bodies);
    this.#fault = null;
    if (fault.kind === 'lose-answer') await this.inner.append(epoch, atMs, bodies);
    this.#failed =
      fault.kind === 'fence'
        ? new JournalFenced(epoch, epoch + 1)
        : new JournalUnavailable(`journal: ${fault.kind} on command`);
    throw this.#failed;
  }

  read(fromSequence: number): AsyncIterable<JournalRecord> {
    return this.inner.read(fromSequence);
  }

  follow(
    fromSequence: number,
    onRecord: (record: JournalRecord) => void,
    onBehind?: (firstSequence: number) => void,
  ): Promise<() => Promise<void>> {
    return this.inner.follow(fromSequence, onRecord, onBehind);
  }

  lastSequence(): Promise<number> {
    return this.inner.lastSequence();
  }

  verify(): Promise<JournalVerification> {
    return this.inner.verify();
  }

  get snapshots(): Journal['snapshots'] {
    return this.inner.snapshots;
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}
