import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { FaultyJournal, MemoryJournal, MemoryJournalStore } from '@weir/adapter-journal-memory';
import { openRedisJournal } from '@weir/adapter-journal-redis';
import { collect, describeWithRedis, expectChain, journalContract, note } from '@weir/conformance';
import { JournalFenced, JournalUnavailable, type Journal } from '@weir/core/ports';
import { replicate } from './index';

journalContract('replicated in memory', async () => {
  const stores = [new MemoryJournalStore(), new MemoryJournalStore()];
  const open = () => replicate(new MemoryJournal(stores[0]), new MemoryJournal(stores[1]));
  return { journal: await open(), reopen: open, dispose: async () => undefined };
});

async function filled(store: MemoryJournalStore, ...reasons: string[]): Promise<MemoryJournal> {
  const journal = new MemoryJournal(store);
  for (const reason of reasons) await journal.append(1, 1, [note(reason)]);
  return journal;
}

describe('replicate', () => {
  let left: MemoryJournalStore;
  let right: MemoryJournalStore;
  beforeEach(() => {
    left = new MemoryJournalStore();
    right = new MemoryJournalStore();
  });

  it.each([
    ['primary', ['a'], ['a', 'b', 'c']],
    ['secondary', ['a', 'b', 'c'], ['a']],
    ['empty primary', [], ['a', 'b', 'c']],
    ['empty secondary', ['a', 'b', 'c'], []],
  ])('fills the shorter one: %s', async (_name, first, second) => {
    const [primary, secondary] = [await filled(left, ...first), await filled(right, ...second)];
    const journal = await replicate(primary, secondary);
    await journal.append(2, 2, [note('d')]);
    const records = await collect(primary);
    expect(records.map((record) => (record.body as { reason: string }).reason).join('')).toBe(
      'abcd',
    );
    expect(await collect(secondary)).toEqual(records);
    expectChain(records);
  });

  it('refuses two that disagree, naming the first record at which they do', async () => {
    const primary = await filled(left, 'a', 'b', 'c', 'd');
    const secondary = await filled(right, 'a', 'b', 'X');
    await expect(replicate(primary, secondary)).rejects.toMatchObject({
      name: 'JournalCorrupt',
      sequence: 3,
    });
    expect([left.length, right.length]).toEqual([4, 3]);
  });

  it('refuses one that is damaged', async () => {
    const primary = await filled(left, 'a', 'b', 'c');
    const secondary = await filled(right, 'a');
    left.damage({ ...left.at(2)!, body: note('forged') });
    await expect(replicate(primary, secondary)).rejects.toMatchObject({ sequence: 2 });
    expect(right.length).toBe(1);
  });

  it.each(['refuse', 'lose-answer'] as const)(
    'stops when the secondary fails (%s), and the next opening brings both together',
    async (fault) => {
      const faulty = new FaultyJournal(new MemoryJournal(right));
      const journal = await replicate(new MemoryJournal(left), faulty);
      await journal.append(1, 1, [note('good')]);
      faulty.failAfter(0, fault);
      await expect(journal.append(1, 2, [note('half')])).rejects.toThrow(JournalUnavailable);
      await expect(journal.append(1, 3, [note('after')])).rejects.toThrow(JournalUnavailable);
      const again = await replicate(new MemoryJournal(left), new MemoryJournal(right));
      expect(await collect(again)).toHaveLength(2);
      expect([left.length, right.length]).toEqual([2, 2]);
    },
  );

  it('writes nothing to the secondary when the primary fails, and refuses what was behind', async () => {
    const faulty = new FaultyJournal(new MemoryJournal(left));
    const journal = await replicate(faulty, new MemoryJournal(right));
    faulty.failAfter(1, 'fence');
    const results = await Promise.allSettled(
      [1, 2, 3].map((i) => journal.append(1, i, [note(String(i))])),
    );
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect([left.length, right.length]).toEqual([1, 1]);
  });
});

describeWithRedis('replicated journal on Redis and LMDB', (redis) => {
  let dir: string;
  let prefix: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'weir-replicated-'));
    prefix = `weir-${randomUUID()}`;
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  const open = async (at = dir): Promise<Journal> =>
    replicate(
      await openRedisJournal({ url: redis().url, prefix }),
      await openLmdbJournal({ dir: at }),
    );

  journalContract('redis and lmdb', async () => {
    let journal = await open();
    return {
      journal,
      reopen: async () => {
        await journal.close();
        return (journal = await open());
      },
      dispose: () => journal.close(),
    };
  });

  it('rebuilds a Redis that was flushed from the local copy, and the other way round', async () => {
    const first = await open();
    for (let i = 1; i <= 300; i++) await first.append(1, i, [note(String(i))]);
    const records = await collect(first);
    await first.close();

    const admin = new Redis(redis().url);
    await admin.flushall();
    const second = await open();
    expect(await collect(second)).toEqual(records);
    await second.close();
    expect(await admin.xlen(`${prefix}:journal`)).toBe(300);
    admin.disconnect();

    const elsewhere = join(dir, 'new-disk');
    const third = await open(elsewhere);
    expect(await collect(third)).toEqual(records);
    await third.append(2, 301, [note('301')]);
    await third.close();
    const local = await openLmdbJournal({ dir: elsewhere, readOnly: true });
    expect(await local.verify()).toMatchObject({ records: 301, chain: 'ok' });
    await local.close();
  });

  it('leaves nothing in the local copy of a leader that was replaced', async () => {
    const old = await open();
    await old.append(1, 1, [note('old')]);
    const leader = await open(join(dir, 'standby'));
    await leader.append(2, 2, [note('new')]);
    await expect(old.append(1, 3, [note('late')])).rejects.toThrow(JournalFenced);
    await old.close();
    await leader.close();
    const back = await open();
    expect((await collect(back)).map((record) => record.epoch)).toEqual([1, 2]);
    await back.close();
  });
});
