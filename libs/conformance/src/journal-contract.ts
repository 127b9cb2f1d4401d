import type { RecordBody } from '@weir/core/model';
import { GENESIS_HASH, JournalFenced, type Journal } from '@weir/core/ports';
import { eventually } from './eventually';
import { collect, expectChain, note } from './journal-records';
import { journalSnapshotContract } from './journal-snapshot-contract';

/** One store with a journal open on it. */
export interface JournalHarness {
  readonly journal: Journal;
  /** Closes the journal and opens a new one on the same store. */
  reopen(): Promise<Journal>;
  dispose(): Promise<void>;
}

export function journalContract(name: string, make: () => Promise<JournalHarness>): void {
  describe(`journal contract: ${name}`, () => {
    let harness: JournalHarness;
    let journal: Journal;
    beforeEach(async () => {
      harness = await make();
      journal = harness.journal;
    });
    afterEach(() => harness.dispose());

    it('is empty at first', async () => {
      expect(await journal.lastSequence()).toBe(0);
      expect(await collect(journal)).toEqual([]);
      expect(await journal.verify()).toMatchObject({
        records: 0,
        chain: 'ok',
        brokenAt: null,
        head: GENESIS_HASH,
      });
    });

    it('numbers, times and chains what is appended, and reads it back the same', async () => {
      const first = await journal.append(1, 1_000, [note('a'), note('b')]);
      const second = await journal.append(2, 2_000, [note('c')]);
      const records = await collect(journal);
      expect(records).toEqual([...first, ...second]);
      expect(records.map((record) => record.atMs)).toEqual([1_000, 1_000, 2_000]);
      expect(records.map((record) => record.epoch)).toEqual([1, 1, 2]);
      expect(records[2]?.body).toEqual(note('c'));
      expectChain(records);
      expect(await journal.lastSequence()).toBe(3);
      expect(await journal.verify()).toMatchObject({
        records: 3,
        chain: 'ok',
        head: records[2]?.hash,
      });
    });

    it('keeps concurrent appends in the order of the calls, without gaps', async () => {
      const batches = await Promise.all(
        Array.from({ length: 200 }, (_, i) => journal.append(1, i, [note(`${i}a`), note(`${i}b`)])),
      );
      const records = await collect(journal);
      expect(records).toEqual(batches.flat());
      expectChain(records);
    });

    it('appends nothing for no bodies', async () => {
      expect(await journal.append(1, 1, [])).toEqual([]);
      expect(await journal.lastSequence()).toBe(0);
    });

    it('carries text of every kind', async () => {
      const text = 'quote " backslash \\ newline \n nul \u0000 é 漢字 😀 \ud800';
      await journal.append(1, 1, [note(text)]);
      expect((await collect(journal))[0]?.body).toEqual(note(text));
      expect((await journal.verify()).chain).toBe('ok');
    });

    it('hands out records that a caller cannot change in the store', async () => {
      const body = { kind: 'frozen', by: 'a', reason: 'before' };
      const [record] = await journal.append(1, 1, [body as RecordBody]);
      body.reason = 'after';
      (record?.body as { reason: string }).reason = 'after';
      expect((await collect(journal))[0]?.body).toMatchObject({ reason: 'before' });
    });

    it('refuses what JSON cannot carry and appends none of the call', async () => {
      const bad = { kind: 'frozen', by: 'x', reason: Number.NaN } as unknown as RecordBody;
      await expect(journal.append(1, 1, [note('good'), bad])).rejects.toThrow(TypeError);
      const records = await journal.append(1, 1, [note('next')]);
      expect(records[0]?.sequence).toBe(1);
    });

    fencing(() => journal);
    reading(() => journal);
    following(() => journal);
    journalSnapshotContract(
      () => journal,
      () => harness.reopen(),
    );

    it('continues the chain after it was closed and opened again', async () => {
      await journal.append(3, 1, [note('a')]);
      const again = await harness.reopen();
      await expect(again.append(2, 2, [note('old')])).rejects.toThrow(JournalFenced);
      await again.append(3, 2, [note('b')]);
      const records = await collect(again);
      expect(records.map((record) => record.body)).toEqual([note('a'), note('b')]);
      expectChain(records);
    });
  });
}

function fencing(current: () => Journal): void {
  it('refuses an epoch older than one that has written', async () => {
    await current().append(5, 1, [note('new leader')]);
    const refused = current().append(4, 2, [note('old leader')]);
    await expect(refused).rejects.toThrow(JournalFenced);
    await expect(refused).rejects.toMatchObject({ epoch: 4, seenEpoch: 5 });
    expect(await current().lastSequence()).toBe(1);
    await current().append(5, 3, [note('same epoch')]);
    expect(await current().lastSequence()).toBe(2);
  });
}

function reading(current: () => Journal): void {
  it('reads from a sequence up to the end at the time of the call', async () => {
    const journal = current();
    for (let i = 1; i <= 10; i++) await journal.append(1, i, [note(String(i))]);
    const seen: number[] = [];
    for await (const record of journal.read(4)) {
      seen.push(record.sequence);
      if (seen.length === 1) await journal.append(1, 11, [note('late')]);
    }
    expect(seen).toEqual([4, 5, 6, 7, 8, 9, 10]);
    expect(await collect(journal, 12)).toEqual([]);
  });
}

function following(current: () => Journal): void {
  it('follows from a sequence: what is there, then what comes, in order and once', async () => {
    const journal = current();
    await journal.append(1, 1, [note('1'), note('2'), note('3')]);
    const seen: number[] = [];
    const stop = await journal.follow(2, (record) => seen.push(record.sequence));
    await eventually('records that were there', () => seen.length === 2);
    await Promise.all([4, 5, 6].map((i) => journal.append(1, i, [note(String(i))])));
    await eventually('records that came', () => seen.length === 5);
    expect(seen).toEqual([2, 3, 4, 5, 6]);
    await stop();
    await journal.append(1, 7, [note('7')]);
    expect(await journal.lastSequence()).toBe(7);
    expect(seen).toHaveLength(5);
  });
}
