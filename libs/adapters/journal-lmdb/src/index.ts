/**
 * Journal on embedded LMDB, one directory per journal, one writer at a time. A record is durable
 * when `append` resolves: it was committed with fdatasync, and the page that makes it visible was
 * written through. Concurrent appends share a commit. Opening for writing verifies the whole
 * chain: a record cut short at the very end is dropped, any other damage refuses to open.
 *
 * Files: `data.mdb` and `lock.mdb` are LMDB's; `writer.sock` is held by the writing process;
 * `snapshot-N.txt` is the state as of record N, vouched for by the chain;
 * `anchor.json` is the last sequence and hash known durable, so that a loss of records which
 * leaves a shorter but consistent chain is noticed as well.
 */
export { lastEpoch } from './last-epoch';
export { openLmdbJournal, type LmdbJournalOptions } from './open-journal';
