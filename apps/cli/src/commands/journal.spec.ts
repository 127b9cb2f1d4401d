import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { DaemonDouble } from '../testing/daemon-double';
import { weir } from '../testing/weir';

let dir: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'weir-journal-'));
  const journal = await openLmdbJournal({ dir });
  for (let i = 1; i <= 5; i++)
    await journal.append(1, i * 1000, [
      { kind: 'frozen', by: 'ops', reason: `reason-number-${i}` },
    ]);
  await journal.close();
});
afterEach(() => rmSync(dir, { recursive: true }));

const verify = (...args: string[]) => weir(['journal', 'verify', '--dir', dir, ...args]);

describe('weir journal --dir', () => {
  it('verifies a journal on disk and leaves it as it was', async () => {
    const before = readdirSync(dir).sort();
    const { exitCode, stdout } = await verify();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^chain: ok\nrecords: 5\nhead: [0-9a-f]{64}\n/);
    expect(readdirSync(dir).sort()).toEqual(before);
    expect(JSON.parse((await verify('-o', 'json')).stdout)).toMatchObject({
      records: 5,
      chain: 'ok',
      brokenAt: null,
    });
  });

  it('verifies beside the process that writes', async () => {
    const journal = await openLmdbJournal({ dir });
    await journal.append(2, 6000, [{ kind: 'unfrozen', by: 'ops' }]);
    expect((await verify()).stdout).toContain('records: 6');
    await journal.close();
  });

  it('lists records from where it is told', async () => {
    const { stdout } = await weir([
      'journal',
      'list',
      '--dir',
      dir,
      '--from',
      '3',
      '--limit',
      '2',
      '-o',
      'name',
    ]);
    expect(stdout).toBe('record/3\nrecord/4\n');
  });

  it('finds a record that was edited', async () => {
    const path = join(dir, 'data.mdb');
    const bytes = readFileSync(path);
    const place = bytes.indexOf('reason-number-3');
    expect(place).toBeGreaterThan(0);
    // LMDB may keep older copies of a page: every one is edited, as somebody who means it would.
    for (let at = place; at >= 0; at = bytes.indexOf('reason-number-3', at + 1))
      bytes.write('reason-number-X', at);
    writeFileSync(path, bytes);
    const { exitCode, stdout } = await verify();
    expect(exitCode).toBe(1);
    expect(stdout).toContain('chain: broken');
    expect(stdout).toContain('broken at: 3');
  });

  it('says so when the file is damaged as a whole', async () => {
    writeFileSync(join(dir, 'data.mdb'), 'not a database');
    const { exitCode, stdout, stderr } = await verify();
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toMatch(/chain: broken|code: journal-/);
    expect((await weir(['journal', 'list', '--dir', dir])).stderr).toContain('code: journal-');
  });

  it('makes no journal where there is none', async () => {
    const none = join(dir, 'none');
    const { exitCode, stderr } = await weir(['journal', 'verify', '--dir', none]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('code: journal-unavailable');
    expect(stderr).toContain('`spec.journal.dir`');
    expect(readdirSync(dir)).not.toContain('none');
  });
});

describe('weir journal verify', () => {
  it('asks the daemon, and fails when the chain is broken', async () => {
    const daemon = await DaemonDouble.start();
    const report = { records: 9, chain: 'broken', brokenAt: 4, head: '0', detail: 'hash differs' };
    daemon.on('GET /v1/journal/verify', () => report);
    const { exitCode, stdout } = await weir(['journal', 'verify'], { server: daemon.url });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('broken at: 4');
    expect(stdout).toContain('hash differs');
    await daemon.stop();
  });
});
