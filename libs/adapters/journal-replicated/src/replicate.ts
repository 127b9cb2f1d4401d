import type { JournalRecord } from '@weir/core/model';
import { JournalCorrupt, type Journal } from '@weir/core/ports';
import { ReplicatedJournal } from './replicated-journal';

/** Records of one batch of a refill; they share a commit of the journal that is filled. */
const BATCH = 256;

/**
 * Opens the pair. `primary` is written first and its epoch check decides: give the shared journal
 * (Redis) as primary and the local one (LMDB) as secondary, so that a leader that was replaced
 * cannot leave records in its local journal that no other has. Call it when the lease is held.
 *
 * Rejects with JournalCorrupt when one of them is damaged or they disagree; the sequence is the
 * first one at which they do.
 */
export async function replicate(primary: Journal, secondary: Journal): Promise<Journal> {
  await Promise.all([checkChain(primary, 'primary'), checkChain(secondary, 'secondary')]);
  const [first, second] = await Promise.all([primary.lastSequence(), secondary.lastSequence()]);
  await checkAgreement(primary, secondary, Math.min(first, second));
  if (first > second) await fill(secondary, primary, second + 1);
  if (second > first) await fill(primary, secondary, first + 1);
  return new ReplicatedJournal(primary, secondary);
}

async function checkChain(journal: Journal, name: string): Promise<void> {
  const verification = await journal.verify();
  if (verification.chain === 'ok') return;
  const sequence = verification.brokenAt ?? 0;
  throw new JournalCorrupt(
    sequence,
    `journal: ${name}: record ${sequence}: ${verification.detail}`,
  );
}

/** Chains that have the same hash at a sequence are the same up to it. */
async function checkAgreement(primary: Journal, secondary: Journal, upTo: number): Promise<void> {
  const agreeAt = async (sequence: number): Promise<boolean> => {
    const [a, b] = await Promise.all([recordAt(primary, sequence), recordAt(secondary, sequence)]);
    return a.hash === b.hash;
  };
  if (upTo === 0 || (await agreeAt(upTo))) return;
  let agreed = 0;
  let differs = upTo;
  while (differs - agreed > 1) {
    const middle = Math.floor((agreed + differs) / 2);
    if (await agreeAt(middle)) agreed = middle;
    else differs = middle;
  }
  throw new JournalCorrupt(
    differs,
    `journal: the two copies disagree from record ${differs} on; both have records that the other lacks, ` +
      'so a person must decide which one to keep',
  );
}

async function recordAt(journal: Journal, sequence: number): Promise<JournalRecord> {
  for await (const record of journal.read(sequence)) return record;
  throw new JournalCorrupt(sequence, `journal: record ${sequence} is missing`);
}

async function fill(target: Journal, source: Journal, from: number): Promise<void> {
  // A journal appends onto what its process has read, so the target is read to its end first.
  if (from > 1) await recordAt(target, from - 1);
  let batch: JournalRecord[] = [];
  for await (const record of source.read(from)) {
    batch.push(record);
    if (batch.length === BATCH) {
      await copy(target, batch);
      batch = [];
    }
  }
  await copy(target, batch);
}

async function copy(target: Journal, batch: readonly JournalRecord[]): Promise<void> {
  const appended = await Promise.all(
    batch.map((record) => target.append(record.epoch, record.atMs, [record.body])),
  );
  appended.forEach((records, index) => {
    const source = batch[index];
    if (source && records[0]?.hash !== source.hash)
      throw new JournalCorrupt(
        source.sequence,
        `journal: record ${source.sequence} changed when it was copied`,
      );
  });
}
