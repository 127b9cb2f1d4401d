import { MemoryJournal } from '@weir/adapter-journal-memory';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LastWriter } from './last-writer';
import { StandbyCopy } from './standby-copy';

const thaw = { kind: 'unfrozen', by: 'test' } as const;

describe('the copy that a standby keeps', () => {
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs };

  function copyOf(shared: MemoryJournal, local: MemoryJournal, own = false): StandbyCopy {
    const isOwnWork = (): Promise<boolean> => Promise.resolve(own);
    return new StandbyCopy({ shared, local, isOwnWork, clock, warn: () => undefined });
  }

  it('has what was there and what comes, with the same hashes', async () => {
    const [shared, local] = [new MemoryJournal(), new MemoryJournal()];
    await shared.append(1, 1, [thaw, thaw]);
    const copy = copyOf(shared, local);
    await copy.start();
    await shared.append(2, 2, [thaw]);
    await copy.stop();
    expect(await local.lastSequence()).toBe(3);
    expect((await local.verify()).head).toBe((await shared.verify()).head);
  });

  it('is left alone where the shared journal is of another history', async () => {
    const [shared, local] = [new MemoryJournal(), new MemoryJournal()];
    await local.append(1, 1, [thaw]);
    await shared.append(5, 9, [thaw, thaw]);
    const copy = copyOf(shared, local);
    await copy.start();
    await copy.stop();
    expect(await local.lastSequence()).toBe(1);
  });

  it('lets the last leader come first for a minute when the shared journal lost records', async () => {
    const [shared, local] = [new MemoryJournal(), new MemoryJournal()];
    await local.append(1, 1, [thaw]);
    const copy = copyOf(shared, local);
    await expect(copy.checkTurn()).rejects.toThrow(/the last leader comes first/);
    nowMs += 59_000;
    await expect(copy.checkTurn()).rejects.toThrow(/the last leader comes first/);
    nowMs += 2_000;
    await copy.checkTurn();
    await copyOf(shared, local, true).checkTurn();
  });
});

describe('the note of who led last', () => {
  it('outlives the process, and is 0 on a new disk', () => {
    const dir = mkdtempSync(join(tmpdir(), 'weir-last-writer-'));
    try {
      expect(new LastWriter(dir).epoch).toBe(0);
      new LastWriter(dir).leads(7);
      expect(new LastWriter(dir).epoch).toBe(7);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
