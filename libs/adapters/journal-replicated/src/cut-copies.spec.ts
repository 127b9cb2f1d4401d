import { MemoryJournal, MemoryJournalStore } from '@weir/adapter-journal-memory';
import { collect, expectChain, note, takeSnapshot } from '@weir/conformance';
import { replicate } from './index';

describe('replicate, when records were compacted away', () => {
  let left: MemoryJournalStore;
  let right: MemoryJournalStore;
  beforeEach(() => {
    left = new MemoryJournalStore();
    right = new MemoryJournalStore();
  });
  const open = () => replicate(new MemoryJournal(left), new MemoryJournal(right));

  /** 20 records, snapshots at 9 and 20, cut behind 9. */
  async function writeAndCut(store: MemoryJournalStore, prefix = 'r'): Promise<void> {
    const journal = new MemoryJournal(store);
    const write = (from: number, to: number) =>
      journal.append(
        1,
        1,
        Array.from({ length: to - from + 1 }, (_, i) => note(`${prefix}${from + i}`)),
      );
    await write(1, 9);
    await takeSnapshot(journal);
    await write(11, 20);
    await takeSnapshot(journal);
    await journal.snapshots.compact(1, 15);
    expect(store.base.sequence).toBe(9);
  }

  async function expectSame(): Promise<void> {
    const [a, b] = [new MemoryJournal(left), new MemoryJournal(right)];
    const from = Math.max(left.base.sequence, right.base.sequence) + 1;
    const records = await collect(a, from);
    expect(await collect(b, from)).toEqual(records);
    expectChain(records, left.base.sequence + 1 === from ? left.base : right.base);
    expect(await b.snapshots.list()).toEqual(await a.snapshots.list());
    for (const journal of [a, b])
      expect(await journal.verify()).toMatchObject({ chain: 'ok', records: left.length });
  }

  it.each(['primary', 'secondary'])('fills an empty %s from the base on', async (which) => {
    await writeAndCut(which === 'primary' ? right : left);
    const journal = await open();
    await journal.append(2, 2, [note('goes on')]);
    await expectSame();
    expect([left.base.sequence, right.base.sequence]).toEqual([9, 9]);
  });

  it('takes over snapshots that a copy lacks, and keeps what it has of older records', async () => {
    await open();
    await writeAndCut(left);
    const behind = new MemoryJournal(right);
    const whole = Array.from({ length: 9 }, (_, i) => note(`r${i + 1}`));
    await behind.append(1, 1, whole);
    const journal = await open();
    expect((await collect(journal))[0]?.sequence).toBe(1);
    await expectSame();
  });

  it('replaces a copy that ends before the other begins, when a checkpoint shows one history', async () => {
    await writeAndCut(left);
    const old = new MemoryJournal(right);
    const whole = Array.from({ length: 5 }, (_, i) => note(`r${i + 1}`));
    const records = await old.append(1, 1, whole);
    const point = { sequence: 4, hash: records[3]?.hash ?? '' };
    await new MemoryJournal(left).snapshots.addCheckpoint(1, point);
    await open();
    expect(right.base.sequence).toBe(9);
    await expectSame();
  });

  it('leaves it to a person when that checkpoint differs, or when there is none', async () => {
    await writeAndCut(left);
    const old = new MemoryJournal(right);
    const records = await old.append(1, 1, [note('another'), note('history')]);
    await expect(open()).rejects.toThrow(/no checkpoint shows whether they are of one history/);
    const { snapshots } = new MemoryJournal(left);
    await snapshots.addCheckpoint(1, { sequence: 2, hash: 'a'.repeat(64) });
    await expect(open()).rejects.toMatchObject({ name: 'JournalCorrupt', sequence: 2 });
    expect(await collect(old)).toEqual(records);
  });

  it('finds that two cut copies are of different histories', async () => {
    await writeAndCut(left);
    await writeAndCut(right, 'x');
    await expect(open()).rejects.toMatchObject({ name: 'JournalCorrupt' });
  });

  it('finds a snapshot in one copy that is damaged in the other', async () => {
    await writeAndCut(left);
    await open();
    right.snapshots = right.snapshots.map((one) => ({ ...one, text: 'damaged' }));
    const journal = await open();
    const texts = (await journal.snapshots?.list())?.map((one) => one.text);
    expect(texts).toHaveLength(4);
    expect(texts?.filter((text) => text === 'damaged')).toHaveLength(2);
    const { snapshots } = await journal.verify();
    expect(snapshots?.map((one) => one.finding)).toEqual([null, null]);
  });
});
