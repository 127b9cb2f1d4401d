import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JournalCorrupt, JournalUnavailable, type ChainHead, type Journal } from '@weir/core/ports';
import { Anchor } from './anchor';
import { checkDataFile, dropTornCommit } from './data-file';
import { LmdbJournal } from './lmdb-journal';
import { RecordStore } from './record-store';
import { verifyChain } from './verify-chain';
import { WriterLock } from './writer-lock';

export interface LmdbJournalOptions {
  /** Directory of its own; made when missing, unless `readOnly`. */
  readonly dir: string;
  /** For readers beside a running daemon: takes no lock and verifies nothing on open. */
  readonly readOnly?: boolean;
  /** How often a read-only journal looks for new records while followed, ms. Default 50. */
  readonly pollMs?: number;
  /** Told when a record that was cut short at the very end is dropped. */
  readonly warn?: (message: string, fields: Record<string, unknown>) => void;
}

/**
 * Rejects with JournalUnavailable when another process writes to it or the files cannot be opened,
 * and with JournalCorrupt (sequence 0: the file as a whole) when it is damaged.
 */
export function openLmdbJournal(options: LmdbJournalOptions): Promise<Journal> {
  return options.readOnly ? openForReading(options) : openForWriting(options);
}

async function openForReading(options: LmdbJournalOptions): Promise<Journal> {
  const { dir } = options;
  const data = join(dir, 'data.mdb');
  if (!existsSync(data)) throw new JournalUnavailable(`journal: there is none in ${dir}`);
  const state = checkDataFile(data);
  // LMDB cannot map a file without a page, and dies of trying.
  if (state === 'empty') throw new JournalUnavailable(`journal: ${data} is empty`);
  if (state === 'torn')
    throw new JournalCorrupt(
      0,
      `journal: the last commit in ${dir} is incomplete; the daemon drops it when it starts`,
    );
  const store = openStore(dir, true);
  try {
    store.cut.checkFormat();
  } catch (error) {
    await store.close();
    throw error;
  }
  return new LmdbJournal({
    store,
    anchor: new Anchor(dir),
    lock: null,
    head: { sequence: 0, hash: '', epoch: 0 },
    pollMs: options.pollMs ?? 50,
  });
}

async function openForWriting(options: LmdbJournalOptions): Promise<Journal> {
  const { dir } = options;
  makeDirectory(dir);
  const lock = await WriterLock.take(dir);
  let store: RecordStore | null = null;
  try {
    const data = join(dir, 'data.mdb');
    if (existsSync(data) && checkDataFile(data) === 'torn') {
      dropTornCommit(data);
      options.warn?.('journal: the incomplete last commit was dropped', { dir });
    }
    store = openStore(dir, false);
    store.cut.checkFormat();
    await store.own(lock.token);
    const anchor = new Anchor(dir);
    const head = await recover(store, anchor, options);
    return new LmdbJournal({ store, anchor, lock, head, pollMs: options.pollMs ?? 50 });
  } catch (error) {
    await store?.close();
    await lock.release();
    throw error;
  }
}

async function recover(
  store: RecordStore,
  anchor: Anchor,
  options: LmdbJournalOptions,
): Promise<ChainHead> {
  const report = await verifyChain(store, anchor.read());
  if (report.chain === 'ok')
    return { sequence: report.records, hash: report.head, epoch: report.epoch };
  const sequence = report.brokenAt ?? 0;
  if (!report.tornTail)
    throw new JournalCorrupt(sequence, damageText(store.dir, sequence, report.detail));
  options.warn?.('journal: the last record was cut short and is dropped', {
    dir: store.dir,
    sequence,
  });
  return store.dropLast(sequence);
}

const damageText = (dir: string, sequence: number, detail: string): string =>
  `journal: ${dir} is damaged at record ${sequence}: ${detail}; nothing was changed, put the newest ` +
  'backup of the directory back, or move it away where Redis has a copy';

function openStore(dir: string, readOnly: boolean): RecordStore {
  try {
    return new RecordStore(dir, readOnly);
  } catch (error) {
    if (/^MDB_(CORRUPTED|INVALID|PAGE|VERSION|BAD)/.test((error as Error).message))
      throw new JournalCorrupt(0, `journal: ${dir} is damaged: ${(error as Error).message}`);
    throw new JournalUnavailable(`journal: cannot open ${dir}: ${String(error)}`, { cause: error });
  }
}

function makeDirectory(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (!statSync(dir).isDirectory()) throw new Error('not a directory');
  } catch (error) {
    throw new JournalUnavailable(`journal: cannot use ${dir}: ${String(error)}`, { cause: error });
  }
}
