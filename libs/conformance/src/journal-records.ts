import { createHash } from 'node:crypto';
import type { JournalRecord, RecordBody } from '@weir/core/model';
import { chainText, GENESIS_HASH, type ChainPoint, type Journal } from '@weir/core/ports';

export const note = (reason: string): RecordBody => ({ kind: 'frozen', by: 'contract', reason });

export async function collect(journal: Journal, from = 1): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const record of journal.read(from)) records.push(record);
  return records;
}

/** Recomputes the chain from where it begins, independently of the adapter. */
export function expectChain(
  records: readonly JournalRecord[],
  base: ChainPoint = { sequence: 0, hash: GENESIS_HASH },
): void {
  let previous = base.hash;
  records.forEach((record, index) => {
    expect(record.sequence).toBe(base.sequence + index + 1);
    const digest = createHash('sha256').update(chainText(previous, record)).digest('hex');
    expect(record.hash).toBe(digest);
    previous = record.hash;
  });
}
