import { EMPTY_CHAIN, JournalCorrupt, type ChainHead, type Journal } from '@weir/core/ports';

/** One of the two copies, and what it covers. */
export interface Copy {
  readonly journal: Journal;
  /** The chain begins behind this. */
  readonly base: ChainHead;
  readonly last: number;
}

export async function copyOf(journal: Journal): Promise<Copy> {
  const base = (await journal.snapshots?.base()) ?? EMPTY_CHAIN;
  return { journal, base, last: await journal.lastSequence() };
}

/**
 * Rejects with JournalCorrupt, naming the first record at which they differ. Chains that have the
 * same hash at a sequence are the same up to it, so one place that both cover is enough; where one
 * ends before the other begins, a checkpoint of the longer one is compared.
 */
export async function checkAgreement(a: Copy, b: Copy): Promise<void> {
  const upTo = Math.min(a.last, b.last);
  if (upTo === 0) return;
  const from = Math.max(a.base.sequence, b.base.sequence);
  if (upTo < from) return a.last < b.last ? checkByCheckpoint(a, b) : checkByCheckpoint(b, a);
  const agreeAt = async (sequence: number): Promise<boolean> => {
    const [first, second] = await Promise.all([hashAt(a, sequence), hashAt(b, sequence)]);
    return first === second;
  };
  if (await agreeAt(upTo)) return;
  let agreed = from;
  let differs = upTo;
  while (differs - agreed > 1) {
    const middle = Math.floor((agreed + differs) / 2);
    if (await agreeAt(middle)) agreed = middle;
    else differs = middle;
  }
  throw disagreement(differs);
}

async function checkByCheckpoint(shorter: Copy, longer: Copy): Promise<void> {
  const points = (await longer.journal.snapshots?.checkpoints()) ?? [];
  const known = points.filter(
    ({ sequence }) => sequence <= shorter.last && sequence >= shorter.base.sequence && sequence > 0,
  );
  const point = known.at(-1);
  if (point === undefined)
    throw new JournalCorrupt(
      shorter.last,
      `journal: one copy ends at record ${shorter.last}, the other begins behind record ` +
        `${longer.base.sequence}, and no checkpoint shows whether they are of one history; if they ` +
        'are, move the shorter one away and start again, and it is filled from the other',
    );
  if ((await hashAt(shorter, point.sequence)) !== point.hash) throw disagreement(point.sequence);
}

const disagreement = (sequence: number): JournalCorrupt =>
  new JournalCorrupt(
    sequence,
    `journal: the two copies disagree from record ${sequence} on; both have records that the other ` +
      'lacks, so a person must decide which one to keep',
  );

async function hashAt({ journal, base }: Copy, sequence: number): Promise<string> {
  if (sequence === base.sequence) return base.hash;
  for await (const record of journal.read(sequence)) return record.hash;
  throw new JournalCorrupt(sequence, `journal: record ${sequence} is missing`);
}
