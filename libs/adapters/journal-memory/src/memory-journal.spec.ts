import { JournalFenced, JournalUnavailable } from '@weir/core/ports';
import { journalContract, note } from '@weir/conformance';
import { FaultyJournal, MemoryJournal, MemoryJournalStore } from './index';

const make = async (wrap: (journal: MemoryJournal) => MemoryJournal | FaultyJournal) => {
  const store = new MemoryJournalStore();
  return {
    journal: wrap(new MemoryJournal(store)),
    reopen: async () => wrap(new MemoryJournal(store)),
    dispose: async () => undefined,
  };
};

journalContract('memory', () => make((journal) => journal));
journalContract('faulty, without a fault', () => make((journal) => new FaultyJournal(journal)));

describe('MemoryJournal', () => {
  it('names the first record that was changed', async () => {
    const store = new MemoryJournalStore();
    const journal = new MemoryJournal(store);
    const records = await journal.append(1, 1, [note('a'), note('b'), note('c')]);
    store.damage({ ...records[1]!, body: note('B') });
    expect(await journal.verify()).toMatchObject({
      chain: 'broken',
      brokenAt: 2,
      head: records[0]?.hash,
    });
  });

  it('refuses appends after close', async () => {
    const journal = new MemoryJournal();
    await journal.close();
    await expect(journal.append(1, 1, [note('a')])).rejects.toThrow(JournalUnavailable);
  });
});

describe('FaultyJournal', () => {
  it.each([
    ['refuse', 1, JournalUnavailable],
    ['lose-answer', 2, JournalUnavailable],
    ['fence', 1, JournalFenced],
  ] as const)('%s: rejects, and then refuses everything', async (kind, stored, error) => {
    const journal = new FaultyJournal(new MemoryJournal());
    journal.failAfter(1, kind);
    await journal.append(1, 1, [note('good')]);
    await expect(journal.append(1, 2, [note('bad')])).rejects.toThrow(error);
    await expect(journal.append(1, 3, [note('after')])).rejects.toThrow(error);
    expect(await journal.lastSequence()).toBe(stored);
  });

  it('holds appends until released', async () => {
    const journal = new FaultyJournal(new MemoryJournal());
    const release = journal.hold();
    const appended = journal.append(1, 1, [note('a')]);
    expect(await journal.lastSequence()).toBe(0);
    release();
    expect(await appended).toHaveLength(1);
  });
});
