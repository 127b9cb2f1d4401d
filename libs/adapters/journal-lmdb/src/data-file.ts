import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { JournalCorrupt } from '@weir/core/ports';

/**
 * LMDB maps its file and trusts it: pages missing at the end of a truncated file kill the process
 * with SIGBUS. So the two meta pages, which say how many pages there must be, are checked first.
 * Layout: 24 bytes of page header, then magic, version, address, map size, two database
 * descriptors of 48 bytes (page size in the first word), last page, transaction id, boot id.
 */
const MAGIC = 0xbeefc0de;
const META_OFFSET = 24;
const META_BYTES = 144;
const PAGE_SIZE_AT = 24;
const LAST_PAGE_AT = 120;
const TRANSACTION_AT = 128;

interface MetaPage {
  readonly offset: number;
  readonly bytes: Buffer;
  readonly transaction: bigint;
  /** Bytes that the file must have for this state of the database. */
  readonly fileBytes: number;
}

/** Outcome of the check; `torn`: the last commit is incomplete, the one before it is there. */
export type DataFileState = 'empty' | 'sound' | 'torn';

export function checkDataFile(path: string): DataFileState {
  const file = openSync(path, 'r');
  try {
    return judge(file, path).state;
  } finally {
    closeSync(file);
  }
}

/** Goes back to the commit before the incomplete one. Call only with the writer lock held. */
export function dropTornCommit(path: string): void {
  const file = openSync(path, 'r+');
  try {
    const { state, newest, oldest } = judge(file, path);
    if (state !== 'torn' || !newest || !oldest) return;
    writeSync(file, oldest.bytes, 0, META_BYTES, newest.offset + META_OFFSET);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function judge(
  file: number,
  path: string,
): { state: DataFileState; newest: MetaPage | null; oldest: MetaPage | null } {
  const { size } = fstatSync(file);
  if (size === 0) return { state: 'empty', newest: null, oldest: null };
  const first = readMeta(file, 0);
  const second = readMeta(file, first?.bytes.readUInt32LE(PAGE_SIZE_AT) ?? 4_096);
  const metas = [first, second].filter((meta) => meta !== null);
  metas.sort((a, b) => (a.transaction > b.transaction ? -1 : 1));
  const [newest, oldest] = metas;
  if (!newest) throw new JournalCorrupt(0, `journal: ${path} is not a journal or lost its head`);
  if (newest.fileBytes <= size) return { state: 'sound', newest, oldest: oldest ?? null };
  if (oldest && oldest.fileBytes <= size) return { state: 'torn', newest, oldest };
  const missing = newest.fileBytes - size;
  throw new JournalCorrupt(0, `journal: ${path} was cut short, ${missing} bytes are missing`);
}

function readMeta(file: number, offset: number): MetaPage | null {
  const bytes = Buffer.alloc(META_BYTES);
  if (readSync(file, bytes, 0, META_BYTES, offset + META_OFFSET) !== META_BYTES) return null;
  if (bytes.readUInt32LE(0) !== MAGIC) return null;
  const pageSize = bytes.readUInt32LE(PAGE_SIZE_AT);
  const lastPage = bytes.readBigUInt64LE(LAST_PAGE_AT);
  return {
    offset,
    bytes,
    transaction: bytes.readBigUInt64LE(TRANSACTION_AT),
    fileBytes: (Number(lastPage) + 1) * pageSize,
  };
}
