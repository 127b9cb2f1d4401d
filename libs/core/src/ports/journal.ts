import type { JournalRecord, RecordBody } from '../model';
import type { JournalSnapshots } from './journal-snapshots';
import type { SnapshotFinding } from './journal-witness';

export interface JournalVerification {
  /** Sequence up to which the chain is in order; the first ones may have been compacted away. */
  readonly records: number;
  readonly chain: 'ok' | 'broken';
  /** First sequence whose hash does not follow from the one before; null when the chain is ok. */
  readonly brokenAt: number | null;
  /** Hash of the last record that is in order; the genesis hash when there is none. */
  readonly head: string;
  readonly detail: string;
  /** First record that is still there; 1 unless older ones were compacted away. */
  readonly firstSequence?: number;
  /** Newest first; none where snapshots are not kept. */
  readonly snapshots?: readonly SnapshotFinding[];
}

/**
 * Append-only, hash-chained. `append` resolves when the records are *durable* (flushed to disk,
 * or acknowledged by Redis with AOF), in order, all or none; it rejects with JournalFenced when a
 * higher epoch has written, and with JournalUnavailable when it cannot be written. After a
 * rejection nothing may be assumed: the engine stops.
 */
export interface Journal {
  append(
    epoch: number,
    atMs: number,
    bodies: readonly RecordBody[],
  ): Promise<readonly JournalRecord[]>;
  /**
   * Records from `fromSequence` (1 is the first), or from the first that is left, to the end at the
   * time of the call, in order.
   */
  read(fromSequence: number): AsyncIterable<JournalRecord>;
  /**
   * Calls back for each record from `fromSequence` on, by whoever it is appended; returns an
   * unsubscribe. `onBehind` is called once, and no record after it, when the next record was
   * compacted away: the reader must begin anew from a snapshot.
   */
  follow(
    fromSequence: number,
    onRecord: (record: JournalRecord) => void,
    onBehind?: (firstSequence: number) => void,
  ): Promise<() => Promise<void>>;
  lastSequence(): Promise<number>;
  verify(): Promise<JournalVerification>;
  /** Absent where every record is kept for ever and state is always folded from the first. */
  readonly snapshots?: JournalSnapshots | undefined;
  close(): Promise<void>;
}
