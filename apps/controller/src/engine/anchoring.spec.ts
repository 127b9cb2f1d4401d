import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryJournal, MemoryJournalStore } from '@weir/adapter-journal-memory';
import { note } from '@weir/conformance';
import type { Metrics, Timers } from '@weir/core/ports';
import { anchored } from './anchoring';

const metric = { add: () => undefined, set: () => undefined, observe: () => undefined };
const metrics: Metrics = { counter: () => metric, gauge: () => metric, histogram: () => metric };
const timers: Timers = { after: () => () => undefined };
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the journal that a daemon finds, and its anchors', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'weir-anchoring-'));
    file = join(dir, 'anchors.jsonl');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const open = (store: MemoryJournalStore) =>
    anchored(new MemoryJournal(store), {
      settings: { file, everyRecords: 2, everyMs: 1_000 },
      secrets: { headers: {} },
      timers,
      metrics,
      log: { ...quiet },
    });

  async function written(...reasons: string[]): Promise<MemoryJournalStore> {
    const store = new MemoryJournalStore();
    const journal = await open(store);
    for (const reason of reasons) await journal.append(1, 1, [note(reason)]);
    await journal.close();
    return store;
  }

  it('goes on with the journal that it anchored, and with one that has grown since', async () => {
    const store = await written('a', 'b', 'c');
    await new MemoryJournal(store).append(1, 1, [note('d')]);
    await (await open(store)).close();
  });

  it('does not start on one that was cut, or on an older copy', async () => {
    await written('a', 'b', 'c');
    const older = new MemoryJournalStore();
    await new MemoryJournal(older).append(1, 1, [note('a'), note('b')]);
    const refused = open(older);
    await expect(refused).rejects.toMatchObject({ name: 'JournalCorrupt', sequence: 3 });
    await expect(refused).rejects.toThrow(
      /record 3 was anchored, the journal ends at 2.*put the newest backup back/,
    );
  });

  it('does not start on one that was written anew', async () => {
    await written('a', 'b', 'c');
    const forged = new MemoryJournalStore();
    await new MemoryJournal(forged).append(1, 1, ['a', 'B', 'c', 'd'].map(note));
    await expect(open(forged)).rejects.toMatchObject({ name: 'JournalCorrupt', sequence: 3 });
  });

  it('does not start with a file of anchors that is something else, and names the line', async () => {
    const store = await written('a');
    appendFileSync(file, 'what is this\n');
    await expect(open(store)).rejects.toThrow(`${file}:2`);
    writeFileSync(file, '');
    await (await open(store)).close();
  });
});
