import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalRecordView, JournalVerificationView } from '@weir/contracts';
import {
  compareAnchors,
  readAnchorFile,
  type AnchorComparison,
  type AnchorPoint,
} from '@weir/adapter-journal-anchor';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { GENESIS_HASH, JournalCorrupt, JournalTooNew, type Journal } from '@weir/core/ports';
import { CliError } from '../cli-error';
import { exportLines } from './journal-export';
import { importJournal, type Imported } from './journal-import';

export interface JournalReport extends JournalVerificationView {
  readonly anchors?: AnchorComparison;
}

/**
 * Verifies a journal on disk, beside a running daemon or without one; nothing is written. Anchors
 * are compared when their file is given.
 */
export async function verifyJournalDirectory(
  dir: string,
  anchorFile: string | undefined,
): Promise<JournalReport> {
  try {
    return await withJournal(dir, async (journal) => {
      const verified = await journal.verify();
      const snapshots = (verified.snapshots ?? []).map((one) => ({ ...one }));
      const report = { ...verified, snapshots };
      if (anchorFile === undefined || report.chain === 'broken') return report;
      const anchors = await compareAnchors(journal, await anchorsOf(anchorFile));
      return { ...report, anchors };
    });
  } catch (error) {
    if (!(error instanceof JournalCorrupt)) throw error;
    const brokenAt = error.sequence;
    return { records: 0, chain: 'broken', brokenAt, head: GENESIS_HASH, detail: error.message };
  }
}

/** Heads that a file of anchors holds; a file without any is a mistake here. */
export async function anchorsOf(file: string): Promise<readonly AnchorPoint[]> {
  const read = await readAnchorFile(file);
  if (!read.ok) throw new CliError({ ...read.error });
  if (read.value.points.length > 0) return read.value.points;
  const reason = 'there is no such file, or it holds no anchor';
  throw new CliError({ code: 'request-invalid', reason, where: file });
}

export async function readJournalDirectory(
  dir: string,
  from: number,
  limit: number,
): Promise<JournalRecordView[]> {
  return readable(dir, async (journal) => {
    const records: JournalRecordView[] = [];
    for await (const record of journal.read(from)) {
      if (records.length === limit) break;
      records.push(record as unknown as JournalRecordView);
    }
    return records;
  });
}

/** Calls `write` for each line of the export. */
export async function exportJournalDirectory(
  dir: string,
  write: (line: string) => Promise<void> | void,
): Promise<number> {
  return readable(dir, async (journal) => {
    let records = 0;
    for await (const line of exportLines(journal)) {
      if ('record' in line) records++;
      await write(`${JSON.stringify(line)}\n`);
    }
    return records;
  });
}

const OF_A_JOURNAL = /^(data\.mdb|lock\.mdb|anchor\.json|snapshot-\d+\.txt)$/;

/** Makes a journal from an export; the directory must not hold one yet. */
export async function importJournalDirectory(file: string, dir: string): Promise<Imported> {
  if (existsSync(join(dir, 'data.mdb')))
    throw new CliError({
      code: 'journal-unavailable',
      reason: 'there is a journal in the directory already; nothing was written',
      where: dir,
      hint: 'import into an empty directory, then point `spec.journal.dir` at it',
    });
  const journal = await openLmdbJournal({ dir });
  try {
    return await importJournal(file, journal);
  } catch (error) {
    await journal.close();
    // Half a journal is worse than none: the next start would take it for the whole.
    for (const name of readdirSync(dir))
      if (OF_A_JOURNAL.test(name)) rmSync(join(dir, name), { force: true });
    throw error;
  } finally {
    await journal.close();
  }
}

/** Opens a journal on disk for reading, for as long as `use` takes. */
export async function readable<T>(dir: string, use: (journal: Journal) => Promise<T>): Promise<T> {
  try {
    return await withJournal(dir, use);
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
    if (error instanceof JournalTooNew)
      throw new CliError({ code: error.code, reason: error.message, where: dir });
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError({
      code: 'journal-unavailable',
      reason,
      where: dir,
      hint: "the directory is `spec.journal.dir` of the daemon's configuration",
    });
  }
}
