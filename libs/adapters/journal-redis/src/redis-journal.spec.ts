import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import {
  JournalCorrupt,
  JournalFenced,
  JournalTooNew,
  JournalUnavailable,
  type Journal,
} from '@weir/core/ports';
import {
  collect,
  describeWithRedis,
  eventually,
  expectChain,
  journalContract,
  note,
  takeSnapshot,
} from '@weir/conformance';
import { openRedisJournal } from './index';

describeWithRedis('redis journal', (redis) => {
  let prefix: string;
  beforeEach(() => (prefix = `weir-${randomUUID()}`));
  const open = () => openRedisJournal({ url: redis().url, prefix, timeoutMs: 2_000 });

  journalContract('redis stream', async () => {
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

  it('fences the old leader when a new one has written', async () => {
    const old = await open();
    await old.append(1, 1, [note('old')]);
    const leader = await open();
    await leader.append(2, 2, [note('new')]);
    await expect(old.append(1, 3, [note('late')])).rejects.toThrow(JournalFenced);
    const records = await collect(leader);
    expect(records.map((record) => record.epoch)).toEqual([1, 2]);
    expectChain(records);
    await Promise.all([old.close(), leader.close()]);
  });

  it('appends only onto what it has read', async () => {
    const behind = await open();
    const other = await open();
    await other.append(1, 1, [note('unseen')]);
    await expect(behind.append(2, 2, [note('blind')])).rejects.toThrow(/another process wrote/);
    await expect(behind.append(2, 2, [note('again')])).rejects.toThrow(JournalUnavailable);
    const reader = await open();
    await other.append(1, 3, [note('unseen too')]);
    expect(await collect(reader)).toHaveLength(2);
    expect(await reader.append(2, 4, [note('informed')])).toMatchObject([{ sequence: 3 }]);
    await Promise.all([behind.close(), other.close(), reader.close()]);
  });

  it('takes an append once when the connection dies under it', async () => {
    const journal = await open();
    const admin = new Redis(redis().url);
    let appended = 0;
    const writer = (async () => {
      for (let i = 0; i < 300; i++) {
        await journal.append(1, i, [note(String(i))]);
        appended++;
      }
    })();
    for (let kills = 0; appended < 250; kills++) {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      const target = Math.min(250, (kills + 1) * 40);
      await eventually('progress', () => appended >= target || null);
    }
    await writer;
    const records = await collect(journal);
    expect(records).toHaveLength(300);
    expectChain(records);
    admin.disconnect();
    await journal.close();
  });

  it('shows a follower in another process every record, across a lost connection', async () => {
    const writer = await open();
    const reader = await open();
    const admin = new Redis(redis().url);
    const seen: number[] = [];
    await writer.append(1, 1, [note('before')]);
    const stop = await reader.follow(1, (record) => seen.push(record.sequence));
    await eventually('first', () => seen.length === 1);
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await writer.append(1, 2, [note('after'), note('after')]);
    await eventually('all', () => seen.length === 3);
    expect(seen).toEqual([1, 2, 3]);
    await stop();
    admin.disconnect();
    await Promise.all([writer.close(), reader.close()]);
  });

  it('names the record when the stream was edited', async () => {
    const journal = await open();
    await journal.append(1, 1, [note('1'), note('2'), note('3')]);
    const admin = new Redis(redis().url);
    await admin.xdel(`${prefix}:journal`, '2-0');
    expect(await journal.verify()).toMatchObject({ chain: 'broken', brokenAt: 2, records: 1 });
    await expect(collect(journal)).rejects.toMatchObject({ name: 'JournalCorrupt', sequence: 2 });
    await expect(collect(journal)).rejects.toThrow(`entry 2-0 of the stream ${prefix}:journal`);
    admin.disconnect();
    await journal.close();
  });

  /** Two snapshots, at 9 and 12, with a record of the chain for each. */
  async function withSnapshots(): Promise<Journal> {
    const journal = await open();
    const nine = Array.from({ length: 9 }, (_, i) => note(String(i)));
    await journal.append(1, 1, nine);
    await takeSnapshot(journal);
    await journal.append(1, 1, [note('more'), note('and more')]);
    await takeSnapshot(journal);
    return journal;
  }

  it('drops no record that a reader still needs, until that reader was silent for a minute', async () => {
    const journal = await withSnapshots();
    const admin = new Redis(redis().url);
    const readers = `${prefix}:journal:readers`;
    const reader = await open();
    const stop = await reader.follow(4, () => undefined);
    await eventually('reader is known', async () => (await admin.hlen(readers)) === 1);
    const [name] = await admin.hkeys(readers);
    expect(await admin.hget(readers, name ?? '')).toMatch(/^3 \d+$/);
    expect(await journal.snapshots?.compact(1, 100)).toMatchObject({ sequence: 3 });
    await stop();
    await eventually('reader is gone', async () => (await admin.hlen(readers)) === 0);
    const seconds = Math.floor(Date.now() / 1_000);
    await admin.hset(readers, 'busy', `5 ${seconds}`, 'dead', `4 ${seconds - 100}`, 'odd', 'x');
    expect(await journal.snapshots?.compact(1, 100)).toMatchObject({ sequence: 5 });
    expect(await admin.hkeys(readers)).toEqual(['busy']);
    await admin.del(readers);
    expect(await journal.snapshots?.compact(1, 100)).toMatchObject({ sequence: 9 });
    expect(await admin.xlen(`${prefix}:journal`)).toBe(4);
    admin.disconnect();
    await Promise.all([journal.close(), reader.close()]);
  });

  it('refuses a stream of a newer format, and one whose cut is damaged', async () => {
    const journal = await withSnapshots();
    await journal.snapshots?.compact(1, 100);
    const admin = new Redis(redis().url);
    await admin.hset(`${prefix}:journal:base`, 'sequence', '8');
    expect(await journal.verify()).toMatchObject({ chain: 'broken', brokenAt: 9 });
    await expect(collect(journal)).rejects.toThrow(JournalCorrupt);
    await admin.hset(`${prefix}:journal:base`, 'hash', 'short');
    await expect(journal.verify()).rejects.toThrow(/place of the cut is damaged/);
    await admin.set(`${prefix}:journal:checkpoints`, '[{}]');
    await expect(journal.snapshots?.checkpoints()).rejects.toThrow(JournalCorrupt);
    await admin.set(`${prefix}:journal:format`, '2');
    await expect(open()).rejects.toThrow(JournalTooNew);
    await expect(open()).rejects.toThrow(/format 2, this version reads up to 1/);
    admin.disconnect();
    await journal.close();
  });

  it('refuses to go on when Redis was flushed under it', async () => {
    const journal = await open();
    await journal.append(1, 1, [note('1')]);
    const admin = new Redis(redis().url);
    await admin.del(`${prefix}:journal`);
    await expect(journal.append(1, 2, [note('2')])).rejects.toThrow(/lost records/);
    admin.disconnect();
    await journal.close();
  });
});

describeWithRedis('redis journal and a server in trouble', (redis) => {
  it('keeps acknowledged records over a crash of Redis, and goes on', async () => {
    const journal = await openRedisJournal({ url: redis().url, prefix: 'crash' });
    await journal.append(1, 1, [note('before')]);
    await redis().kill();
    const appended = journal.append(1, 2, [note('during')]);
    await redis().start();
    await appended;
    const records = await collect(journal);
    expect(records.map((record) => record.body)).toEqual([note('before'), note('during')]);
    await journal.close();
  });

  it('rejects within its time-out when Redis hangs, and writes nothing later', async () => {
    const journal = await openRedisJournal({ url: redis().url, prefix: 'hang', timeoutMs: 200 });
    await journal.append(1, 1, [note('good')]);
    await redis().kill();
    await expect(journal.append(1, 2, [note('lost')])).rejects.toThrow(JournalUnavailable);
    await redis().start();
    await expect(journal.append(1, 3, [note('after')])).rejects.toThrow(JournalUnavailable);
    const again = await openRedisJournal({ url: redis().url, prefix: 'hang' });
    expect(await again.lastSequence()).toBe(1);
    await Promise.all([journal.close(), again.close()]);
  });

  it('names host and port, not the password, when Redis is not there', async () => {
    const url = 'redis://user:secret@127.0.0.1:1/0';
    const opened = openRedisJournal({ url, prefix: 'x', timeoutMs: 100 });
    await expect(opened).rejects.toThrow(/127\.0\.0\.1:1/);
    await expect(opened).rejects.not.toThrow(/secret/);
  });
});

describeWithRedis(
  'redis journal without durable answers',
  (redis) => {
    it('warns on opening, or waits for the disk where the server can', async () => {
      const warnings: string[] = [];
      const warn = (message: string): unknown => warnings.push(message);
      const journal = await openRedisJournal({ url: redis().url, prefix: 'weak', warn });
      await journal.append(1, 1, [note('a')]);
      const admin = new Redis(redis().url);
      const version = /redis_version:(\d+\.\d+)/.exec(await admin.info('server'))?.[1];
      admin.disconnect();
      if (Number(version) >= 7.2) {
        expect(warnings).toEqual([]);
        await redis().kill();
        await redis().start();
      } else {
        expect(warnings).toHaveLength(1);
        expect(warnings[0]).toContain('appendfsync always');
      }
      expect(await collect(journal)).toHaveLength(1);
      await journal.close();
    });
  },
  { appendfsync: 'everysec' },
);
