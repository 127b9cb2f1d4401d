import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { collect, expectChain, note, takeSnapshot } from '@weir/conformance';
import type { JournalSnapshots } from '@weir/core/ports';
import { JournalCorrupt, JournalTooNew, JournalUnavailable, type Journal } from '@weir/core/ports';
import { openLmdbJournal } from './index';

jest.setTimeout(60_000);

describe('lmdb journal: snapshots and its cut', () => {
  let dir: string;
  let data: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'weir-journal-'));
    data = join(dir, 'data.mdb');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const snapshotsOf = (journal: Journal): JournalSnapshots => {
    if (!journal.snapshots) throw new Error('no snapshots');
    return journal.snapshots;
  };

  /** Two snapshots, 1,302 records, the first 1,100 of them dropped. */
  async function writeAndCut(): Promise<void> {
    const journal = await openLmdbJournal({ dir });
    for (let i = 0; i < 13; i++) {
      await journal.append(
        1,
        i,
        Array.from({ length: 100 }, (_, j) => note(`r${i}-${j};`)),
      );
      if (i === 10) await takeSnapshot(journal);
    }
    await takeSnapshot(journal);
    expect(await snapshotsOf(journal).compact(1, 5_000)).toMatchObject({ sequence: 1_100 });
    await journal.close();
  }

  function overwrite(text: string, by: string): void {
    const bytes = readFileSync(data);
    let at = bytes.indexOf(text);
    expect(at).toBeGreaterThan(0);
    for (; at >= 0; at = bytes.indexOf(text, at + 1)) bytes.write(by, at);
    writeFileSync(data, bytes);
  }

  /** Edits the environment as nobody but a person with LMDB's tools would. */
  async function editMeta(key: string, value: string): Promise<void> {
    const root = open({ path: dir, noSubdir: false, overlappingSync: false, maxDbs: 4 });
    await root.openDB({ name: 'meta', encoding: 'string' }).put(key, value);
    await root.close();
  }

  it('drops many records in several commits, and a reader beside it sees a whole chain', async () => {
    await writeAndCut();
    const writer = await openLmdbJournal({ dir });
    const reader = await openLmdbJournal({ dir, readOnly: true });
    const base = await snapshotsOf(reader).base();
    const left = await collect(reader);
    expect(left).toHaveLength(202);
    expectChain(left, base);
    expect(await reader.verify()).toMatchObject({ chain: 'ok', firstSequence: 1_101 });
    expect(await snapshotsOf(reader).list()).toHaveLength(2);
    await expect(snapshotsOf(reader).compact(1, 2_000)).resolves.toEqual(base);
    const point = { sequence: 1, hash: 'f'.repeat(64) };
    await expect(snapshotsOf(reader).addCheckpoint(1, point)).rejects.toThrow(JournalUnavailable);
    await reader.close();
    await writer.close();
  });

  it('names the record when one behind the cut was changed', async () => {
    await writeAndCut();
    overwrite('r12-50;', 'r12-59;');
    await expect(openLmdbJournal({ dir })).rejects.toMatchObject({
      name: 'JournalCorrupt',
      sequence: 1_252,
    });
  });

  it('opens with a snapshot that was edited, and verify says which', async () => {
    await writeAndCut();
    const path = join(dir, 'snapshot-1301.txt');
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('state as of 1301', 'state as of 9999'));
    const journal = await openLmdbJournal({ dir });
    expect((await journal.verify()).snapshots).toEqual([
      { sequence: 1_301, finding: 'the snapshot was changed or damaged' },
      { sequence: 1_100, finding: null },
    ]);
    await journal.close();
  });

  it('uses no snapshot file that is empty, cut or renamed, and minds no other file', async () => {
    await writeAndCut();
    writeFileSync(join(dir, 'snapshot-1301.txt'), '');
    writeFileSync(join(dir, 'snapshot-9999.txt.new'), 'a draft that a crash left');
    writeFileSync(join(dir, 'snapshot-x.txt'), 'something else');
    const journal = await openLmdbJournal({ dir });
    const { snapshots } = await journal.verify();
    expect(snapshots?.map((one) => one.finding === null)).toEqual([false, true]);
    await journal.close();
  });

  it('refuses when the place of the cut was moved or damaged', async () => {
    await writeAndCut();
    await editMeta('base', JSON.stringify({ sequence: 1_050, hash: 'a'.repeat(64), epoch: 1 }));
    await expect(openLmdbJournal({ dir })).rejects.toMatchObject({ sequence: 1_051 });
    await editMeta('base', JSON.stringify({ sequence: 1_100, hash: 'a'.repeat(64), epoch: 1 }));
    await expect(openLmdbJournal({ dir })).rejects.toMatchObject({ sequence: 1_101 });
    await editMeta('base', '{"sequence":');
    await expect(openLmdbJournal({ dir })).rejects.toThrow(/the place of its cut is damaged/);
  });

  it('refuses when the list of checkpoints is damaged', async () => {
    await writeAndCut();
    await editMeta('checkpoints', '[{"sequence":"x"}]');
    await expect(openLmdbJournal({ dir })).rejects.toThrow(JournalCorrupt);
  });

  it('refuses an environment of a newer format, to the daemon and to readers', async () => {
    await writeAndCut();
    await editMeta('format', '2');
    for (const readOnly of [false, true]) {
      const opened = openLmdbJournal({ dir, readOnly });
      await expect(opened).rejects.toThrow(JournalTooNew);
      await expect(opened).rejects.toThrow(/format 2, this version reads up to 1; start the ver/);
    }
  });

  it('reads, cuts and marks an environment of before, without format and snapshots', async () => {
    const before = open({ path: dir, noSubdir: false, overlappingSync: false, maxDbs: 4 });
    const records = before.openDB<string, Buffer>({
      name: 'records',
      encoding: 'string',
      keyEncoding: 'binary',
    });
    const scratch = await openLmdbJournal({ dir: join(dir, 'scratch') });
    const written = await scratch.append(1, 1, [note('a'), note('b')]);
    await scratch.close();
    const { chainText, GENESIS_HASH } = await import('@weir/core/ports');
    let previous = GENESIS_HASH;
    for (const record of written) {
      const key = Buffer.from([0, 0, 0, 0, 0, record.sequence]);
      await records.put(key, record.hash + chainText(previous, record).slice(65));
      previous = record.hash;
    }
    const head = { sequence: 2, hash: previous, epoch: 1 };
    await before.openDB({ name: 'meta', encoding: 'string' }).put('head', JSON.stringify(head));
    await before.close();

    const reader = await openLmdbJournal({ dir, readOnly: true });
    expect(await reader.verify()).toMatchObject({ chain: 'ok', records: 2, snapshots: [] });
    await reader.close();
    const journal = await openLmdbJournal({ dir });
    expect(await collect(journal)).toEqual(written);
    for (let i = 0; i < 2; i++) await takeSnapshot(journal);
    expect(await snapshotsOf(journal).compact(1, 9)).toMatchObject({ sequence: 2 });
    await journal.close();
  });
});
