import type { ChainPoint, Journal } from '@weir/core/ports';

export interface AnchorComparison {
  /** Anchors whose record, or whose checkpoint where it was dropped, has the same hash. */
  readonly matching: number;
  /** Anchors of records that were dropped and that no checkpoint remembers. */
  readonly tooOld: number;
  /** First sequence at which the journal is not the one that was anchored. */
  readonly differsAt: number | null;
  readonly detail: string;
}

/**
 * Whether the journal is the one whose heads were kept elsewhere: not edited, cut at its end, or put
 * back to an older copy. Says nothing of the chain itself; verify that too.
 */
export async function compareAnchors(
  journal: Journal,
  points: readonly ChainPoint[],
): Promise<AnchorComparison> {
  const wanted = [...points].sort((a, b) => a.sequence - b.sequence);
  const base = await journal.snapshots?.base();
  const first = (base?.sequence ?? 0) + 1;
  const last = await journal.lastSequence();
  const known = new Map<number, string>();
  for (const { sequence, hash } of (await journal.snapshots?.checkpoints()) ?? [])
    known.set(sequence, hash);
  if (base) known.set(base.sequence, base.hash);
  let matching = 0;
  let tooOld = 0;
  const differs = (sequence: number, detail: string): AnchorComparison => {
    return { matching, tooOld, differsAt: sequence, detail };
  };
  const recent: ChainPoint[] = [];
  for (const point of wanted) {
    if (point.sequence >= first) recent.push(point);
    else if (!known.has(point.sequence)) tooOld++;
    else if (known.get(point.sequence) === point.hash) matching++;
    else return differs(point.sequence, 'the anchor is of another history');
  }
  const hashes = await hashesOf(journal, recent);
  for (const { sequence, hash } of recent) {
    if (sequence > last)
      return differs(
        last + 1,
        `record ${sequence} was anchored, the journal ends at ${last}: it was cut, or an older copy was put back`,
      );
    if (hashes.get(sequence) !== hash)
      return differs(sequence, 'the record is not the one that was anchored');
    matching++;
  }
  return { matching, tooOld, differsAt: null, detail: `${matching} anchors match` };
}

/** Walks the journal once from the first that is asked for. */
async function hashesOf(
  journal: Journal,
  points: readonly ChainPoint[],
): Promise<ReadonlyMap<number, string>> {
  const hashes = new Map<number, string>();
  const [begin] = points;
  if (!begin) return hashes;
  const asked = new Set(points.map((point) => point.sequence));
  for await (const { sequence, hash } of journal.read(begin.sequence)) {
    if (asked.has(sequence)) hashes.set(sequence, hash);
    if (hashes.size === asked.size) break;
  }
  return hashes;
}
