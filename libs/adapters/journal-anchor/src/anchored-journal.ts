import type { JournalRecord, RecordBody } from '@weir/core/model';
import type {
  Journal,
  JournalSnapshots,
  JournalVerification,
  Metrics,
  Timers,
} from '@weir/core/ports';
import type { AnchorPoint } from './anchor-point';
import { AnchorMetrics, AnchorQueue, type AnchorLog } from './anchor-queue';
import type { AnchorSink } from './anchor-sink';

export interface AnchoringOptions {
  readonly sinks: readonly AnchorSink[];
  readonly everyRecords: number;
  readonly everyMs: number;
  readonly timers: Timers;
  readonly metrics: Metrics;
  readonly log: AnchorLog;
}

/**
 * A journal whose head is handed to sinks every so many records, every so often when there are new
 * ones, and at the close. Appending never waits for a sink, and never fails with one.
 */
export class AnchoredJournal implements Journal {
  readonly #queues: readonly AnchorQueue[];
  #head: AnchorPoint | null = null;
  #anchored = 0;
  #cancelTimer: (() => void) | null = null;
  #closed = false;

  constructor(
    private readonly inner: Journal,
    private readonly options: AnchoringOptions,
  ) {
    const { sinks, timers, metrics, log } = options;
    const shared = new AnchorMetrics(metrics);
    this.#queues = sinks.map((sink) => new AnchorQueue(sink, timers, shared, log));
  }

  async append(
    epoch: number,
    atMs: number,
    bodies: readonly RecordBody[],
  ): Promise<readonly JournalRecord[]> {
    const records = await this.inner.append(epoch, atMs, bodies);
    const last = records.at(-1);
    if (last) this.#seen({ sequence: last.sequence, hash: last.hash, atMs, epoch });
    return records;
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

  get snapshots(): JournalSnapshots | undefined {
    return this.inner.snapshots;
  }

  async close(): Promise<void> {
    await this.endAnchoring();
    await this.inner.close();
  }

  /** Hands out the last head and ends the sinks; the journal itself stays open. */
  async endAnchoring(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelTimer?.();
    this.#anchor();
    await Promise.all(this.#queues.map((queue) => queue.stop()));
  }

  #seen(head: AnchorPoint): void {
    // Answers of appends that share a commit come in order, so the newest is the last.
    this.#head = head;
    if (this.#closed) return;
    for (const queue of this.#queues) queue.seen(head.sequence);
    if (head.sequence - this.#anchored >= this.options.everyRecords) this.#anchor();
    else
      this.#cancelTimer ??= this.options.timers.after(this.options.everyMs, () => {
        this.#cancelTimer = null;
        this.#anchor();
      });
  }

  #anchor(): void {
    const head = this.#head;
    if (!head || head.sequence === this.#anchored) return;
    this.#anchored = head.sequence;
    for (const queue of this.#queues) queue.add(head);
    // So that the anchor can still be compared once its record was compacted away.
    this.inner.snapshots?.addCheckpoint(head.epoch, head).catch((error: unknown) => {
      this.options.log.warn('anchor is not remembered beyond the cut', {
        sequence: head.sequence,
        reason: String(error),
      });
    });
  }
}
