import type { JournalRecord } from '@weir/core/model';
import { JournalCorrupt, type Journal } from '@weir/core/ports';
import { checkAgreement, copyOf, type Copy } from './agreement';
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
  const [first, second] = await Promise.all([copyOf(primary), copyOf(secondary)]);
  await checkAgreement(first, second);
  if (first.last > second.last) await fill(second, first);
  if (second.last > first.last) await fill(first, second);
  await shareSnapshots(primary, secondary);
  await shareSnapshots(secondary, primary);
  return new ReplicatedJournal(primary, secondary);
}

async function checkChain(journal: Journal, name: string): Promise<void> {
  const verification = await journal.verify();
  if (verification.chain === 'ok') return;
  const sequence = verification.brokenAt ?? 0;
  throw new JournalCorrupt(
    sequence,
    `journal: ${name}: record ${sequence}: ${verification.detail}; where the other copy is whole, move ` +
      'this one away and start again, and it is filled from there',
  );
}

async function fill({ journal: target, last, base }: Copy, source: Copy): Promise<void> {
  let next = last + 1;
  if (last < source.base.sequence) {
    await beginAs(target, source);
    next = source.base.sequence + 1;
  } else if (last > base.sequence) {
    // A journal appends onto what its process has read, so the target is read to its end first.
    for await (const _ of target.read(last)) break;
  }
  let batch: JournalRecord[] = [];
  for await (const record of source.journal.read(next)) {
    batch.push(record);
    if (batch.length === BATCH) {
      await copy(target, batch);
      batch = [];
    }
  }
  await copy(target, batch);
}

/** The target ends before the source begins: what lies between is in the source's snapshots only. */
async function beginAs(target: Journal, { journal, base }: Copy): Promise<void> {
  const from = journal.snapshots;
  if (!target.snapshots || !from)
    throw new JournalCorrupt(
      base.sequence,
      `journal: records up to ${base.sequence} were compacted away, and the other copy keeps no snapshots`,
    );
  const [snapshots, checkpoints] = await Promise.all([from.list(), from.checkpoints()]);
  await target.snapshots.adopt({ base, checkpoints, snapshots });
}

/** Snapshots that one has and the other lacks, oldest first. */
async function shareSnapshots(from: Journal, to: Journal): Promise<void> {
  if (!from.snapshots || !to.snapshots) return;
  const [there, has, base] = await Promise.all([
    from.snapshots.list(),
    to.snapshots.list(),
    to.snapshots.base(),
  ]);
  const epoch = await lastEpoch(to);
  const newest = has[0]?.sequence ?? base.sequence - 1;
  for (const snapshot of [...there].reverse())
    if (snapshot.sequence > newest) await to.snapshots.save(epoch, snapshot);
}

async function lastEpoch(journal: Journal): Promise<number> {
  for await (const record of journal.read(await journal.lastSequence())) return record.epoch;
  return (await journal.snapshots?.base())?.epoch ?? 0;
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
