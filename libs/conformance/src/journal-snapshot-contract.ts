import { createHash } from 'node:crypto';
import type { JournalRecord } from '@weir/core/model';
import {
  EMPTY_CHAIN,
  JournalFenced,
  type Journal,
  type JournalSnapshot,
  type JournalSnapshots,
} from '@weir/core/ports';
import { eventually } from './eventually';
import { collect, expectChain, note } from './journal-records';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function snapshotsOf(journal: Journal): JournalSnapshots {
  if (!journal.snapshots) throw new Error('this journal keeps no snapshots');
  return journal.snapshots;
}

async function fill(journal: Journal, records: number, epoch = 1): Promise<JournalRecord[]> {
  const bodies = Array.from({ length: records }, (_, i) => note(`record ${i}`));
  return [...(await journal.append(epoch, 1, bodies))];
}

/** As the engine does it: the record that vouches for the snapshot first, then the snapshot. */
export async function takeSnapshot(journal: Journal, epoch = 1): Promise<JournalSnapshot> {
  const [last] = await collect(journal, await journal.lastSequence());
  if (!last) throw new Error('nothing to take a snapshot of');
  const { sequence, hash } = last;
  const text = `state as of ${sequence} \u0000 é 漢字`;
  const body = { kind: 'snapshot-taken', sequence, hash, digest: sha256(text) } as const;
  await journal.append(epoch, 2, [body]);
  const snapshot = { sequence, hash, atMs: 2, text };
  await snapshotsOf(journal).save(epoch, snapshot);
  return snapshot;
}

/** Part of the journal's contract; every adapter passes it the same. */
export function journalSnapshotContract(
  current: () => Journal,
  reopen: () => Promise<Journal>,
): void {
  keeping(current, reopen);
  cutting(current, reopen);
}

function keeping(current: () => Journal, reopen: () => Promise<Journal>): void {
  it('keeps the two newest snapshots and every place of one, over a reopening', async () => {
    const taken: JournalSnapshot[] = [];
    for (let i = 0; i < 3; i++) {
      await fill(current(), 3);
      taken.push(await takeSnapshot(current()));
    }
    const [first, second, third] = taken;
    const again = await reopen();
    expect(await snapshotsOf(again).list()).toEqual([third, second]);
    const places = [first, second, third].map((one) => ({
      sequence: one?.sequence,
      hash: one?.hash,
    }));
    expect(await snapshotsOf(again).checkpoints()).toEqual(places);
    expect((await again.verify()).snapshots).toEqual([
      { sequence: third?.sequence, finding: null },
      { sequence: second?.sequence, finding: null },
    ]);
  });

  it('says of a snapshot that the chain does not vouch for it, or for another text', async () => {
    const journal = current();
    const [record] = await fill(journal, 1);
    const stray = { sequence: 1, hash: record?.hash ?? '', atMs: 1, text: 'nobody wrote this' };
    await snapshotsOf(journal).save(1, stray);
    expect((await journal.verify()).snapshots).toEqual([
      { sequence: 1, finding: expect.stringContaining('no record of the chain') as string },
    ]);
    const snapshot = await takeSnapshot(journal);
    await snapshotsOf(journal).save(1, { ...snapshot, text: 'edited' });
    const { snapshots } = await journal.verify();
    expect(snapshots?.[0]?.finding).toContain('changed or damaged');
  });

  it('finds a checkpoint that another history would have', async () => {
    const journal = current();
    await fill(journal, 5);
    await snapshotsOf(journal).addCheckpoint(1, { sequence: 3, hash: 'f'.repeat(64) });
    expect(await journal.verify()).toMatchObject({ chain: 'broken', brokenAt: 3, records: 2 });
  });

  it('refuses snapshots and cuts of an older epoch', async () => {
    const journal = current();
    await fill(journal, 3, 5);
    const snapshot = await takeSnapshot(journal, 5);
    const old = snapshotsOf(journal);
    await expect(old.save(4, snapshot)).rejects.toThrow(JournalFenced);
    await expect(old.compact(4, 2)).rejects.toThrow(JournalFenced);
    await expect(old.addCheckpoint(4, snapshot)).rejects.toThrow(JournalFenced);
    expect(await collect(journal)).toHaveLength(4);
  });
}

function cutting(current: () => Journal, reopen: () => Promise<Journal>): void {
  it('drops nothing before there are two snapshots, and nothing behind the older one', async () => {
    const journal = current();
    await fill(journal, 9);
    expect(await snapshotsOf(journal).compact(1, 5)).toEqual(EMPTY_CHAIN);
    const older = await takeSnapshot(journal);
    expect(await snapshotsOf(journal).compact(1, 5)).toEqual(EMPTY_CHAIN);
    await fill(journal, 5);
    await takeSnapshot(journal);
    const base = await snapshotsOf(journal).compact(1, 1_000);
    expect(base).toEqual({ sequence: older.sequence, hash: older.hash, epoch: 1 });
  });

  it('begins at the cut: reads, verifies, appends and opens again from there', async () => {
    const before = current();
    const records = await fill(before, 9);
    for (let i = 0; i < 2; i++) await takeSnapshot(before);
    const base = await snapshotsOf(before).compact(1, 4);
    expect(base).toEqual({ sequence: 4, hash: records[3]?.hash, epoch: 1 });
    for (const open of [async () => before, reopen]) {
      const journal = await open();
      expect(await snapshotsOf(journal).base()).toEqual(base);
      const left = await collect(journal);
      expectChain(left, base);
      expect(left[0]).toEqual(records[4]);
      expect(await collect(journal, 7)).toEqual(left.slice(2));
      expect(await journal.verify()).toMatchObject({
        chain: 'ok',
        firstSequence: 5,
        records: await journal.lastSequence(),
      });
      await fill(journal, 1);
      // Cutting at or before the beginning changes nothing.
      expect(await snapshotsOf(journal).compact(1, 3)).toEqual(base);
    }
  });

  it('tells a follower who is behind the cut, once, and others nothing', async () => {
    const journal = current();
    await fill(journal, 9);
    for (let i = 0; i < 2; i++) await takeSnapshot(journal);
    await snapshotsOf(journal).compact(1, 6);
    const behind: number[] = [];
    const seen: number[] = [];
    const stops = [
      await journal.follow(
        3,
        () => seen.push(0),
        (first) => behind.push(first),
      ),
      await journal.follow(
        7,
        (record) => seen.push(record.sequence),
        () => behind.push(0),
      ),
    ];
    await eventually('records that are left', () => seen.length === 5 && behind.length > 0);
    await journal.append(1, 3, [note('later')]);
    await eventually('a record that came', () => seen.length === 6);
    expect(seen).toEqual([7, 8, 9, 10, 11, 12]);
    expect(behind).toEqual([7]);
    for (const stop of stops) await stop();
  });

  it('begins where another journal begins, when it is told to', async () => {
    const journal = current();
    const points = [{ sequence: 50, hash: 'a'.repeat(64) }];
    const base = { sequence: 70, hash: 'b'.repeat(64), epoch: 3 };
    const snapshot = { sequence: 70, hash: base.hash, atMs: 9, text: 'x' };
    await fill(journal, 2);
    await snapshotsOf(journal).adopt({ base, checkpoints: points, snapshots: [snapshot] });
    for (const open of [async () => journal, reopen]) {
      const opened = await open();
      expect(await snapshotsOf(opened).base()).toEqual(base);
      expect(await snapshotsOf(opened).checkpoints()).toEqual(points);
      expect(await snapshotsOf(opened).list()).toEqual([snapshot]);
      await expect(opened.append(2, 1, [note('old')])).rejects.toThrow(JournalFenced);
      await fill(opened, 1, 3);
      expectChain(await collect(opened), base);
    }
  });
}
