import type { JournalRecordView, JournalVerificationView } from '@weir/contracts';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { GENESIS_HASH, JournalCorrupt, type Journal } from '@weir/core/ports';
import { CliError } from '../cli-error';

/** Verifies a journal on disk, beside a running daemon or without one; nothing is written. */
export async function verifyJournalDirectory(dir: string): Promise<JournalVerificationView> {
  try {
    return await withJournal(dir, async (journal) => ({ ...(await journal.verify()) }));
  } catch (error) {
    if (!(error instanceof JournalCorrupt)) throw error;
    const brokenAt = error.sequence;
    return { records: 0, chain: 'broken', brokenAt, head: GENESIS_HASH, detail: error.message };
  }
}

export async function readJournalDirectory(
  dir: string,
  from: number,
  limit: number,
): Promise<JournalRecordView[]> {
  try {
    return await withJournal(dir, async (journal) => {
      const records: JournalRecordView[] = [];
      for await (const record of journal.read(from)) {
        if (records.length === limit) break;
        records.push(record as unknown as JournalRecordView);
      }
      return records;
    });
  } catch (error) {
    if (!(error instanceof JournalCorrupt)) throw error;
    const hint = `\`weir journal verify --dir ${dir}\` says more`;
    throw new CliError({ code: 'journal-corrupt', reason: error.message, where: dir, hint });
  }
}

async function withJournal<T>(dir: string, use: (journal: Journal) => Promise<T>): Promise<T> {
  const journal = await open(dir);
  try {
    return await use(journal);
  } finally {
    await journal.close();
  }
}

async function open(dir: string): Promise<Journal> {
  try {
    return await openLmdbJournal({ dir, readOnly: true });
  } catch (error) {
    if (error instanceof JournalCorrupt) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError({
      code: 'journal-unavailable',
      reason,
      where: dir,
      hint: "the directory is `spec.journal.dir` of the daemon's configuration",
    });
  }
}
