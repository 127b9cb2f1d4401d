import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { JournalCorrupt } from '@weir/core/ports';
import { META_BYTES, PAGE_HEADER_BYTES, PageFile, type MetaPage } from './page-file';
import { checkTrees } from './tree-check';

/**
 * Outcome of the check; `torn`: the last commit did not reach the file as a whole, the one before
 * it did.
 */
export type DataFileState = 'empty' | 'sound' | 'torn';

interface Judgement {
  readonly state: DataFileState;
  readonly metas: readonly MetaPage[];
}

/** A writer beside us may reuse pages while we look; a few looks are enough to see it move. */
const LOOKS = 5;

/**
 * LMDB maps its file and trusts it: a file cut short kills the process with SIGBUS, a bad page
 * number with SIGSEGV. So both are looked for first. Throws JournalCorrupt with sequence 0.
 */
export function checkDataFile(path: string): DataFileState {
  return judge(path).state;
}

/** Goes back to the commit before the incomplete one. Call only with the writer lock held. */
export function dropTornCommit(path: string): void {
  const { state, metas } = judge(path);
  const [newest, oldest] = metas;
  if (state !== 'torn' || !newest || !oldest) return;
  const file = openSync(path, 'r+');
  try {
    writeSync(file, oldest.bytes, 0, META_BYTES, newest.offset + PAGE_HEADER_BYTES);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function judge(path: string): Judgement {
  const file = new PageFile(path);
  try {
    const size = file.size();
    if (size === 0) return { state: 'empty', metas: [] };
    const metas = file.metas();
    const [newest, oldest] = metas;
    // LMDB takes the page size from the first one, whichever is newer.
    if (!newest || !oldest || newest.pageSize !== oldest.pageSize)
      throw new JournalCorrupt(0, `journal: ${path} is not a journal or lost its head`);
    if (newest.fileBytes <= size) {
      checkStructure(file, path);
      return { state: 'sound', metas };
    }
    if (oldest.fileBytes <= size) return { state: 'torn', metas };
    const missing = newest.fileBytes - size;
    throw new JournalCorrupt(0, `journal: ${path} was cut short, ${missing} bytes are missing`);
  } finally {
    file.close();
  }
}

function checkStructure(file: PageFile, path: string): void {
  for (let look = 0; look < LOOKS; look++) {
    const [meta] = file.metas();
    const misfit = meta ? checkTrees(file, meta) : 'no head';
    if (misfit === null) return;
    const [after] = file.metas();
    if (after?.transaction === meta?.transaction)
      throw new JournalCorrupt(0, `journal: ${path} is damaged: ${misfit}`);
  }
}
