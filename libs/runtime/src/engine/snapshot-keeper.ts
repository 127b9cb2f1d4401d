import type { LoopEvent } from '@weir/core/loop';
import type { ChainPoint, CounterMetric, GaugeMetric, JournalSnapshots } from '@weir/core/ports';
import { snapshotWriter, type DurableState, type SnapshotWriter } from '@weir/core/state';
import type { EngineDeps, SnapshotSettings } from './types';

/** Entries written after one pass: well under a millisecond each for changes of usual size. */
const ENTRIES_PER_PASS = 64;

interface Draft extends ChainPoint {
  readonly atMs: number;
  readonly writer: SnapshotWriter;
}

interface Written extends Draft {
  readonly text: string;
}

type Push = (event: LoopEvent) => void;
type Deps = Pick<EngineDeps, 'clock' | 'digest' | 'journal' | 'log' | 'metrics'>;

/**
 * Takes a snapshot of the durable state every so many records, a few entries after each pass so
 * that no pass waits for it; has the chain vouch for it; then stores it and drops what it covers.
 * A snapshot that fails costs nothing but the next start's time: it is logged and counted.
 */
export class SnapshotKeeper {
  private draft: Draft | null = null;
  private written: Written | null = null;
  private saving: Promise<void> | null = null;
  private readonly takenAt: GaugeMetric;
  private readonly takenSequence: GaugeMetric;
  private readonly kept: GaugeMetric;
  private readonly failures: CounterMetric;
  private lastSequence = 0;
  private firstSequence = 1;

  constructor(
    private readonly deps: Deps,
    private readonly settings: SnapshotSettings | undefined,
    private readonly push: Push,
  ) {
    const { metrics } = deps;
    this.takenAt = metrics.gauge(
      'weir_journal_snapshot_timestamp_seconds',
      'When the newest snapshot was taken, Unix time; 0 when there is none.',
    );
    this.takenSequence = metrics.gauge(
      'weir_journal_snapshot_sequence',
      'Record that the newest snapshot is of.',
    );
    this.kept = metrics.gauge('weir_journal_kept_records', 'Records that the journal holds.');
    this.failures = metrics.counter(
      'weir_journal_snapshot_failures_total',
      'Snapshots that could not be stored, or records that could not be dropped.',
    );
  }

  /** Where the last snapshot was, as found at the start. */
  async begin(sequence: number, atMs: number | null): Promise<void> {
    this.lastSequence = sequence;
    this.takenSequence.set(sequence);
    this.takenAt.set((atMs ?? 0) / 1_000);
    this.firstSequence = ((await this.deps.journal.snapshots?.base())?.sequence ?? 0) + 1;
  }

  /** After each pass, with the state that it left and the last record of the journal. */
  passed(event: LoopEvent['kind'], durable: DurableState, head: ChainPoint, epoch: number): void {
    this.kept.set(head.sequence - this.firstSequence + 1);
    const { snapshots } = this.deps.journal;
    if (!this.settings || !snapshots) return;
    if (this.written && event === 'snapshot-written')
      this.save(snapshots, epoch, this.written, head.sequence);
    if (this.written || this.saving) return;
    if (this.draft) this.write(this.draft);
    else if (head.sequence - this.lastSequence >= this.settings.everyRecords) {
      const { sequence, hash } = head;
      const writer = snapshotWriter(durable, hash);
      this.draft = { sequence, hash, atMs: this.deps.clock.wallMs(), writer };
    }
  }

  /** Resolves when nothing is being stored any more. */
  async settled(): Promise<void> {
    await this.saving;
  }

  private write(draft: Draft): void {
    if (!draft.writer.step(ENTRIES_PER_PASS)) return;
    this.draft = null;
    const text = draft.writer.text();
    const { sequence, hash } = draft;
    this.lastSequence = sequence;
    // Stored once the pass of this event has made the record that vouches for it durable.
    this.push({ kind: 'snapshot-written', sequence, hash, digest: this.deps.digest(text) });
    this.written = { ...draft, text };
  }

  private save(
    snapshots: JournalSnapshots,
    epoch: number,
    written: Written,
    lastSequence: number,
  ): void {
    this.written = null;
    this.saving = this.store(snapshots, epoch, written, lastSequence)
      .catch((error: unknown) => {
        this.failures.add(1);
        const { sequence } = written;
        this.deps.log.warn('snapshot could not be stored', { sequence, reason: String(error) });
      })
      .finally(() => {
        this.saving = null;
      });
  }

  private async store(
    snapshots: JournalSnapshots,
    epoch: number,
    { sequence, hash, atMs, text }: Written,
    lastSequence: number,
  ): Promise<void> {
    await snapshots.save(epoch, { sequence, hash, atMs, text });
    this.takenAt.set(atMs / 1_000);
    this.takenSequence.set(sequence);
    this.deps.log.info('snapshot taken', { sequence, sizeCharacters: text.length });
    const upTo = await this.cutBelow(lastSequence - (this.settings?.keepRecords ?? lastSequence));
    if (upTo < this.firstSequence) return;
    const base = await snapshots.compact(epoch, upTo);
    if (base.sequence < this.firstSequence) return;
    this.deps.log.info('journal compacted', { from: this.firstSequence, upTo: base.sequence });
    this.firstSequence = base.sequence + 1;
  }

  /** Last record up to `limit` that is old enough to be dropped; found by bisection. */
  private async cutBelow(limit: number): Promise<number> {
    const youngestMs = this.deps.clock.wallMs() - (this.settings?.keepMs ?? 0);
    let low = this.firstSequence - 1;
    let high = limit;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const atMs = await this.atMs(middle);
      if (atMs !== null && atMs <= youngestMs) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private async atMs(sequence: number): Promise<number | null> {
    for await (const record of this.deps.journal.read(sequence)) return record.atMs;
    return null;
  }
}
