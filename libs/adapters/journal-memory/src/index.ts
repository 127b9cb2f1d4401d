/**
 * Journal in memory: the reference implementation for tests, simulation and dry runs. Nothing
 * survives the process. `MemoryJournalStore` is what a disk would be, so that a test can close a
 * journal and open another one on the same records; `FaultyJournal` fails on command.
 */
export { FaultyJournal, type JournalFault } from './faulty-journal';
export { MemoryJournal } from './memory-journal';
export { MemoryJournalStore } from './memory-journal-store';
