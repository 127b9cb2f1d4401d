import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collect, eventually, note, runTypescript, takeSnapshot } from '@weir/conformance';
import { JournalUnavailable } from '@weir/core/ports';
import { openLmdbJournal } from './index';

jest.setTimeout(60_000);

const SIZE = '2m';

/** Mounting takes root, and a container may forbid it even then. */
function mount(at: string): boolean {
  mkdirSync(at, { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', at]).status === 0;
}

const probe = mkdtempSync(join(tmpdir(), 'weir-mount-'));
const canMount = mount(probe);
if (canMount) spawnSync('umount', [probe]);
else process.stderr.write('skipped: journal on a full disk: no small file system can be mounted\n');
rmSync(probe, { recursive: true, force: true });

// Skipped where nothing can be mounted; the reason is printed above.
(canMount ? describe : describe.skip)('lmdb journal on a full disk', () => {
  let disk: string;
  let dir: string;
  beforeEach(() => {
    disk = mkdtempSync(join(tmpdir(), 'weir-full-'));
    mount(disk);
    dir = join(disk, 'journal');
  });
  afterEach(() => {
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  it('refuses for good with no space left, and has every acknowledged record afterwards', async () => {
    const script = join(__dirname, 'append-forever.contract-run.ts');
    const child = runTypescript(script, [dir, '3000']);
    await child.ended;
    const acks = child.lines.filter((line) => line.startsWith('ack ')).length;
    expect(acks).toBeGreaterThan(50);
    const refused = child.lines.find((line) => line.startsWith('refused '));
    expect(refused).toMatch(/JournalUnavailable.*(ENOSPC|No space left)/i);
    expect(child.lines.find((line) => line.startsWith('after '))).toContain('JournalUnavailable');
    const journal = await openLmdbJournal({ dir, readOnly: true });
    expect(await journal.verify()).toMatchObject({ chain: 'ok' });
    expect((await collect(journal)).length).toBeGreaterThanOrEqual(acks);
    await journal.close();
  });

  it('refuses a snapshot that has no room, keeps the one before, and goes on appending', async () => {
    const journal = await openLmdbJournal({ dir });
    const [first] = await journal.append(1, 1, [note('a')]);
    const kept = await takeSnapshot(journal);
    const huge = { sequence: 2, hash: first?.hash ?? '', atMs: 1, text: 'x'.repeat(4_000_000) };
    await expect(journal.snapshots?.save(1, huge)).rejects.toThrow(JournalUnavailable);
    expect(await journal.snapshots?.list()).toEqual([kept]);
    await journal.append(1, 2, [note('b')]);
    expect(await journal.verify()).toMatchObject({ chain: 'ok', records: 3 });
    await journal.close();
    await eventually('opens again', async () => {
      const again = await openLmdbJournal({ dir });
      await again.close();
      return true;
    });
  });
});
