import {
  ChainWitness,
  linkFollows,
  linkRecord,
  type ChainHead,
  type JournalVerification,
} from '@weir/core/ports';
import type { AnchorPoint } from './anchor';
import { sha256 } from './digest';
import type { RecordStore } from './record-store';

const PAGE = 1_000;

export interface ChainReport extends JournalVerification {
  /** The damage is only that the very last record was cut short. */
  readonly tornTail: boolean;
  /** Epoch of the last good record. */
  readonly epoch: number;
}

/**
 * Walks the whole chain, from the base on, and compares it with the head, the checkpoints, the
 * snapshots and the anchor. Yields to the event loop between pages, so that a daemon can verify
 * while it runs.
 */
export async function verifyChain(
  store: RecordStore,
  anchor: AnchorPoint | null,
): Promise<ChainReport> {
  const begin = store.cut.base();
  const end = store.lastSequence();
  const head = store.head();
  const witness = new ChainWitness(store.snapshots.list(), store.cut.checkpoints());
  const walk = await walkChain(store, begin, end, anchor, witness);
  const { good } = walk;
  const anchored = anchor?.sequence ?? 0;
  const base = {
    records: good.sequence,
    head: good.hash,
    epoch: good.epoch,
    firstSequence: begin.sequence + 1,
  };
  const broken = (sequence: number, detail: string, tornTail = false): ChainReport => ({
    ...base,
    chain: 'broken',
    brokenAt: sequence,
    detail,
    tornTail,
  });
  if (walk.damage) {
    const last = Math.max(end, head?.sequence ?? 0);
    const torn = walk.cut && good.sequence + 1 === last && anchored < last;
    const cut = torn
      ? '; it was cut short at the very end, the daemon drops it when it starts'
      : '';
    return broken(good.sequence + 1, walk.damage + cut, torn);
  }
  const expected = Math.max(head?.sequence ?? 0, anchored);
  if (good.sequence < expected)
    return broken(good.sequence + 1, `there were ${expected} records, ${good.sequence} are left`);
  const headMoved = head === null ? good.sequence > 0 : head.hash !== good.hash;
  if (headMoved) return broken(good.sequence, 'the stored head is not the last record');
  const detail = `${good.sequence} records`;
  const snapshots = witness.findings(sha256);
  return { ...base, chain: 'ok', brokenAt: null, detail, tornTail: false, snapshots };
}

interface Walk {
  readonly good: { sequence: number; hash: string; epoch: number };
  /** Null when every record up to the end follows from the one before. */
  readonly damage: string | null;
  /** The damaged record does not even parse: it was cut short or overwritten. */
  readonly cut: boolean;
}

async function walkChain(
  store: RecordStore,
  base: ChainHead,
  end: number,
  anchor: AnchorPoint | null,
  witness: ChainWitness,
): Promise<Walk> {
  const good = { ...base };
  const stop = (damage: string, cut = false): Walk => ({ good, damage, cut });
  while (good.sequence < end) {
    let links;
    try {
      links = store.links(good.sequence + 1, Math.min(PAGE, end - good.sequence));
    } catch (error) {
      return stop(`the database cannot be read: ${String(error)}`);
    }
    if (links.length === 0) return stop('the record is missing');
    for (const link of links) {
      if (link.sequence !== good.sequence + 1) return stop('the record is missing');
      const record = linkRecord(link);
      if (!linkFollows(good.hash, link, sha256) || !record)
        return stop('the record does not follow from the one before it', record === null);
      if (link.sequence === anchor?.sequence && link.hash !== anchor.hash)
        return stop('the record is not the one that was anchored');
      const contradiction = witness.see(record);
      if (contradiction !== null) return stop(contradiction);
      good.sequence = link.sequence;
      good.hash = link.hash;
      good.epoch = record.epoch;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { good, damage: null, cut: false };
}
