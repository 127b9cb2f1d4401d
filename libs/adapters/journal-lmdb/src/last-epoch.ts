import type { Journal } from '@weir/core/ports';

/**
 * Highest epoch that has written to the journal, 0 when it is empty. Leases start above it, so
 * that a leader elected with fresh lease state is not fenced by its own past.
 */
export async function lastEpoch(journal: Journal): Promise<number> {
  const last = await journal.lastSequence();
  for await (const record of journal.read(last)) return record.epoch;
  return (await journal.snapshots?.base())?.epoch ?? 0;
}
