import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalUnavailable } from '@weir/core/ports';
import { collect, eventually, journalContract, note } from '@weir/conformance';
import { lastEpoch, openLmdbJournal } from './index';

const temporary = (): string => mkdtempSync(join(tmpdir(), 'weir-journal-'));

journalContract('lmdb', async () => {
  const dir = temporary();
  let journal = await openLmdbJournal({ dir });
  return {
    journal,
    reopen: async () => {
      await journal.close();
      return (journal = await openLmdbJournal({ dir }));
    },
    dispose: async () => {
      await journal.close();
      rmSync(dir, { recursive: true });
    },
  };
});

describe('lmdb journal', () => {
  let dir: string;
  beforeEach(() => (dir = temporary()));
  afterEach(() => rmSync(dir, { recursive: true }));

  it('lets one process write and others read beside it', async () => {
    const writer = await openLmdbJournal({ dir });
    await writer.append(1, 1, [note('a')]);
    await expect(openLmdbJournal({ dir })).rejects.toThrow(
      `is being written by process ${process.pid}`,
    );
    const reader = await openLmdbJournal({ dir, readOnly: true, pollMs: 5 });
    await expect(reader.append(1, 1, [note('x')])).rejects.toThrow(JournalUnavailable);
    expect(await collect(reader)).toHaveLength(1);
    const seen: number[] = [];
    await reader.follow(1, (record) => seen.push(record.sequence));
    await writer.append(1, 2, [note('b'), note('c')]);
    await eventually('reader sees it', () => seen.length === 3);
    expect(await reader.lastSequence()).toBe(3);
    expect(await reader.verify()).toMatchObject({ records: 3, chain: 'ok' });
    await reader.close();
    await writer.close();
  });

  it('can be written again after a close, and by a process that finds a stale lock', async () => {
    const first = await openLmdbJournal({ dir });
    await first.append(4, 1, [note('a')]);
    await first.close();
    const second = await openLmdbJournal({ dir });
    expect(await lastEpoch(second)).toBe(4);
    await second.close();
  });

  it('names the directory when there is nothing to read', async () => {
    const missing = join(dir, 'none');
    await expect(openLmdbJournal({ dir: missing, readOnly: true })).rejects.toThrow(missing);
  });

  it('works in a directory whose path is longer than a socket name may be', async () => {
    const long = join(dir, 'x'.repeat(120), 'y'.repeat(60));
    const journal = await openLmdbJournal({ dir: long });
    await journal.append(1, 1, [note('a')]);
    await expect(openLmdbJournal({ dir: long })).rejects.toThrow('is being written');
    await journal.close();
    expect(await lastEpoch(await openLmdbJournal({ dir: long, readOnly: true }))).toBe(1);
  });

  it('refuses appends after close', async () => {
    const journal = await openLmdbJournal({ dir });
    await journal.close();
    await expect(journal.append(1, 1, [note('a')])).rejects.toThrow('closed');
  });
});
