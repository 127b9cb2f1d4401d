import type { JournalRecord } from '../model';
import type { ChainPoint, JournalSnapshot } from './journal-snapshots';

/** What verification has to say of one snapshot; null when it is in order. */
export interface SnapshotFinding {
  readonly sequence: number;
  readonly finding: string | null;
}

/**
 * Compares a chain that is walked in order with what is known of it from elsewhere: checkpoints,
 * anchors, and the snapshots that it vouches for. Points before the first record that is seen
 * cannot be compared by walking and are left to the caller.
 */
export class ChainWitness {
  readonly #points = new Map<number, string>();
  /** SHA-256 that the chain gives for the snapshot of a sequence. */
  readonly #digests = new Map<number, string>();

  constructor(
    private readonly snapshots: readonly JournalSnapshot[],
    points: readonly ChainPoint[],
  ) {
    for (const { sequence, hash } of points) this.#points.set(sequence, hash);
  }

  /** What contradicts the record, or null. */
  see({ sequence, hash, body }: JournalRecord): string | null {
    if (body.kind === 'snapshot-taken') this.#digests.set(body.sequence, body.digest);
    const expected = this.#points.get(sequence);
    if (expected === undefined || expected === hash) return null;
    return 'the record is not the one that stood here when its hash was noted';
  }

  /** Call when the whole chain was seen. `digest`: SHA-256 in hex. */
  findings(digest: (text: string) => string): readonly SnapshotFinding[] {
    return this.snapshots.map(({ sequence, text }) => {
      const expected = this.#digests.get(sequence);
      if (expected === undefined)
        return { sequence, finding: 'no record of the chain vouches for the snapshot' };
      const finding = expected === digest(text) ? null : 'the snapshot was changed or damaged';
      return { sequence, finding };
    });
  }
}
