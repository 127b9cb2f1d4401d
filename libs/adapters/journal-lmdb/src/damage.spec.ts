import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect, note, runTypescript } from '@weir/conformance';
import { chainLinks, EMPTY_CHAIN, JournalCorrupt } from '@weir/core/ports';
import { sha256 } from './digest';
import { openLmdbJournal } from './index';
import { RecordStore } from './record-store';

// Hundreds of synced appends each; disks differ.
jest.setTimeout(60_000);

describe('lmdb journal that was damaged', () => {
  let dir: string;
  let data: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'weir-journal-'));
    data = join(dir, 'data.mdb');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  async function write(count: number, last = 'end'): Promise<void> {
    const journal = await openLmdbJournal({ dir });
    for (let i = 1; i < count; i++) await journal.append(1, i, [note(`marker-${i};`)]);
    await journal.append(1, count, [note(last)]);
    await journal.close();
  }

  /** Changes the text in every copy of the page that LMDB has left in the file. */
  function overwrite(text: string, by: string): void {
    const bytes = readFileSync(data);
    let at = bytes.indexOf(text);
    expect(at).toBeGreaterThan(0);
    for (; at >= 0; at = bytes.indexOf(text, at + 1)) bytes.write(by, at);
    writeFileSync(data, bytes);
  }

  it('names the record in which a byte was flipped, to the daemon and to verify', async () => {
    await write(300);
    overwrite('marker-150;', 'marker-159;');
    await expect(openLmdbJournal({ dir })).rejects.toMatchObject({
      name: 'JournalCorrupt',
      sequence: 150,
    });
    const reader = await openLmdbJournal({ dir, readOnly: true });
    expect(await reader.verify()).toMatchObject({ chain: 'broken', brokenAt: 150, records: 149 });
    await expect(collect(reader)).rejects.toMatchObject({ sequence: 150 });
    await reader.close();
  });

  it('refuses a last record that is complete but was changed', async () => {
    await write(20, 'before');
    rmSync(join(dir, 'anchor.json'));
    overwrite('"before"', '"forged"');
    await expect(openLmdbJournal({ dir })).rejects.toMatchObject({ sequence: 20 });
  });

  it('refuses a file that was cut in the middle instead of dying on it', async () => {
    await write(300);
    truncateSync(data, Math.floor(statSync(data).size / 2));
    await expect(openLmdbJournal({ dir })).rejects.toThrow(/cut short/);
    await expect(openLmdbJournal({ dir, readOnly: true })).rejects.toThrow(JournalCorrupt);
  });

  it('refuses a file that is something else', async () => {
    writeFileSync(data, 'not a journal'.repeat(1_000));
    await expect(openLmdbJournal({ dir })).rejects.toThrow(JournalCorrupt);
  });

  it('refuses a file whose first page, the older one, lies about the page size', async () => {
    await write(10);
    const bytes = readFileSync(data);
    bytes[50] = (bytes[50] ?? 0) ^ 8;
    writeFileSync(data, bytes);
    await expect(openLmdbJournal({ dir })).rejects.toThrow(/lost its head/);
  });

  it('drops a last commit that did not reach the disk as a whole', async () => {
    // Large enough for pages of its own at the end of the file.
    await write(50, 'x'.repeat(100_000));
    rmSync(join(dir, 'anchor.json'));
    truncateSync(data, statSync(data).size - 8_192);
    const warnings: string[] = [];
    const journal = await openLmdbJournal({ dir, warn: (message) => warnings.push(message) });
    expect(await journal.lastSequence()).toBe(49);
    expect(warnings).toHaveLength(1);
    const [record] = await journal.append(1, 50, [note('again')]);
    expect(record?.sequence).toBe(50);
    expect(await journal.verify()).toMatchObject({ records: 50, chain: 'ok' });
    await journal.close();
  });

  it('does not take the loss of an anchored record for a torn tail', async () => {
    await write(50, 'x'.repeat(100_000));
    truncateSync(data, statSync(data).size - 8_192);
    await expect(openLmdbJournal({ dir })).rejects.toMatchObject({ sequence: 50 });
  });

  it('drops a last record that was cut short', async () => {
    await write(10);
    rmSync(join(dir, 'anchor.json'));
    const store = new RecordStore(dir, false);
    const head = store.head() ?? EMPTY_CHAIN;
    const links = chainLinks(head, 1, 11, [note('a record that will be cut')], sha256);
    const link = links[0]!;
    await store.own('test');
    const cut = { ...link, text: link.text.slice(0, 20) };
    await store.commit('test', [cut], { sequence: 11, hash: link.hash, epoch: 1 });
    await store.close();
    const reader = await openLmdbJournal({ dir, readOnly: true });
    expect(await reader.verify()).toMatchObject({
      chain: 'broken',
      brokenAt: 11,
      detail: expect.stringMatching(/cut short at the very end, the daemon drops it/) as string,
    });
    await reader.close();
    const warnings: unknown[] = [];
    const warn = (...given: unknown[]): unknown => warnings.push(given);
    const journal = await openLmdbJournal({ dir, warn });
    expect(warnings).toEqual([
      ['journal: the last record was cut short and is dropped', { dir, sequence: 11 }],
    ]);
    expect(await journal.lastSequence()).toBe(10);
    const [record] = await journal.append(1, 11, [note('again')]);
    expect(record?.sequence).toBe(11);
    await journal.close();
  });

  it('notices that an older copy of the file was put back', async () => {
    await write(10);
    const copy = join(dir, 'copy');
    mkdirSync(copy);
    copyFileSync(data, join(copy, 'data.mdb'));
    const journal = await openLmdbJournal({ dir });
    await journal.append(1, 11, [note('after the copy')]);
    await journal.close();
    copyFileSync(join(copy, 'data.mdb'), data);
    rmSync(join(dir, 'lock.mdb'));
    await expect(openLmdbJournal({ dir })).rejects.toThrow(/there were 11 records, 10 are left/);
  });

  it('never dies of a flipped bit, and never reads anything else than was written', async () => {
    const child = runTypescript(join(__dirname, 'flip-bits.contract-run.ts'), [dir, '7', '90']);
    expect(await child.ended).toBe(0);
    expect(child.lines).toHaveLength(90);
    expect(child.lines.filter((line) => !/^(same|corrupt) /.test(line))).toEqual([]);
    expect(child.lines.filter((line) => line.startsWith('corrupt')).length).toBeGreaterThan(20);
  }, 60_000);

  it('refuses an empty file to a reader, whom LMDB would take down', async () => {
    await write(3);
    truncateSync(data, 0);
    await expect(openLmdbJournal({ dir, readOnly: true })).rejects.toThrow(/is empty/);
  });

  it('refuses a head that is of another kind of page', async () => {
    await write(3);
    const bytes = readFileSync(data);
    bytes.fill(0, 0, 24);
    writeFileSync(data, bytes);
    await expect(openLmdbJournal({ dir, readOnly: true })).rejects.toThrow(JournalCorrupt);
    await expect(openLmdbJournal({ dir })).rejects.toThrow(JournalCorrupt);
  });

  it('is fenced when another process took over in spite of the lock', async () => {
    const journal = await openLmdbJournal({ dir });
    await journal.append(1, 1, [note('mine')]);
    const thief = new RecordStore(dir, false);
    await thief.own('thief');
    await expect(journal.append(1, 2, [note('late')])).rejects.toThrow(/has taken over/);
    await expect(journal.append(1, 3, [note('later')])).rejects.toThrow(/has taken over/);
    await thief.close();
    await journal.close();
  });
});
