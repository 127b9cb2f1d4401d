import type { ChainHead } from './journal-chain';

/** A place in the chain: whoever knows the hash at a sequence can tell another history from it. */
export interface ChainPoint {
  readonly sequence: number;
  readonly hash: string;
}

/** Durable state as of a record, as the journal keeps it. */
export interface JournalSnapshot extends ChainPoint {
  readonly atMs: number;
  /** What core/state/snapshot wrote; the store does not look into it. */
  readonly text: string;
}

/** Snapshots kept: the newest, and the one before for when it cannot be read. */
export const SNAPSHOTS_KEPT = 2;
/** Places of the chain that are remembered for ever; above it every other one of the older half goes. */
export const CHECKPOINTS_KEPT = 4_096;

/**
 * Part of a journal that can be cut at its old end. Records up to a snapshot may be dropped; the
 * chain then begins at `base`, the head as it was behind the last record dropped. All writing is
 * durable when it resolves, and refused with JournalFenced or JournalUnavailable like an append.
 */
export interface JournalSnapshots {
  /** Newest first, as they are stored: whoever restores one checks it, and takes the next. */
  list(): Promise<readonly JournalSnapshot[]>;
  /** Keeps the snapshot, drops all but the newest SNAPSHOTS_KEPT, and adds its place to the checkpoints. */
  save(epoch: number, snapshot: JournalSnapshot): Promise<void>;
  /**
   * Drops records up to and including `upTo`, but none behind the last-but-one snapshot and none
   * that a reader still needs. Returns where the chain begins now.
   */
  compact(epoch: number, upTo: number): Promise<ChainHead>;
  /** What the first record that is left follows from; EMPTY_CHAIN when none was dropped. */
  base(): Promise<ChainHead>;
  /** Places of the chain, ascending, those before the base included. */
  checkpoints(): Promise<readonly ChainPoint[]>;
  /** Adds a place that was handed out, e.g. to an anchor, so that it can still be compared after a cut. */
  addCheckpoint(epoch: number, point: ChainPoint): Promise<void>;
  /**
   * Begins this journal where another one begins: for a copy that is filled from it. What was here
   * is dropped, so the caller has made sure that the other one has all of it.
   */
  adopt(from: AdoptedJournal): Promise<void>;
}

export interface AdoptedJournal {
  readonly base: ChainHead;
  readonly checkpoints: readonly ChainPoint[];
  /** Newest first, of sequences at or behind the base. */
  readonly snapshots: readonly JournalSnapshot[];
}

/** Adds a point in order; each sequence once; bounded by CHECKPOINTS_KEPT. */
export function withCheckpoint(
  points: readonly ChainPoint[],
  { sequence, hash }: ChainPoint,
): readonly ChainPoint[] {
  const others = points.filter((one) => one.sequence !== sequence);
  const next = [...others, { sequence, hash }].sort((a, b) => a.sequence - b.sequence);
  if (next.length <= CHECKPOINTS_KEPT) return next;
  const half = next.length >> 1;
  return next.filter((_, index) => index >= half || index % 2 === 0);
}

/** How far records may be dropped: up to the last-but-one snapshot, and not at all without two. */
export function coveredUpTo(snapshots: readonly ChainPoint[]): number {
  return snapshots.length < SNAPSHOTS_KEPT ? 0 : (snapshots[SNAPSHOTS_KEPT - 1]?.sequence ?? 0);
}
