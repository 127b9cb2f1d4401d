import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { open } from 'lmdb';
import { Daemon } from '../../e2e/harness/daemon';
import { wrongs } from '../../e2e/harness/ending';
import { Program } from '../../e2e/harness/program';
import { Rehearsal } from '../../e2e/harness/rehearsal';
import { note } from '../figures';

jest.setTimeout(300_000);

const FIXTURES = join(__dirname, '../../fixtures/journal-directory-v1');
const ERROR = 1;

/** Points at which the daemon of version 1 was killed: see the README beside the directories. */
const OPEN_CHANGES = ['prepared', 'verifying', 'confirming', 'rolling-back'] as const;

function journalOf(stage: Rehearsal, name: string): void {
  mkdirSync(stage.site.journal);
  const data = gunzipSync(readFileSync(join(FIXTURES, `${name}.mdb.gz`)));
  writeFileSync(join(stage.site.journal, 'data.mdb'), data);
}

async function staged(tell: (stage: Rehearsal) => Promise<void>): Promise<void> {
  const stage = await Rehearsal.start();
  try {
    await tell(stage);
  } finally {
    await stage.stop();
  }
}

/** Puts the change of the fixtures on the devices, as a daemon of this version would. */
async function changeDevices(stage: Rehearsal): Promise<void> {
  const before = await stage.daemon();
  const { weights } = stage.planned(await stage.configs());
  const change = await stage.propose(before, weights);
  await stage.judge(before, 'improved');
  expect(await before.ended(change?.id ?? '')).toMatchObject({ state: 'confirmed' });
  await before.program.stop();
  stage.site.removeJournal();
}

describe('an upgrade in the middle of a change', () => {
  it.concurrent.each(OPEN_CHANGES)(
    'a journal of version 1 that ends in %s is read, and its change undone',
    (name) =>
      staged(async (stage) => {
        const before = await stage.configs();
        const { after } = stage.planned(before);
        // Devices without commit-confirmed would still be on the new configuration.
        if (name === 'verifying') await changeDevices(stage);
        journalOf(stage, name);
        const startedMs = performance.now();
        const daemon = await Daemon.up(stage.site);
        try {
          const [open] = await daemon.changes();
          const change = await daemon.ended(open?.id ?? '');
          expect(['rolled-back', 'rejected']).toContain(change.state);
          expect(await wrongs(stage, daemon, change, { before, after })).toEqual([]);
          const endedMs = Math.round(performance.now() - startedMs);
          note('upgrade', { name, state: change.state, endedMs });
        } finally {
          await daemon.program.stop();
        }
      }),
  );
});

describe('a downgrade in the middle of a change', () => {
  it('a journal of a newer format is refused in one line, and nothing is written', () =>
    staged(async (stage) => {
      journalOf(stage, 'verifying');
      const file = join(stage.site.journal, 'data.mdb');
      const environment = open({
        path: stage.site.journal,
        noSubdir: false,
        overlappingSync: false,
        maxDbs: 4,
      });
      const meta = environment.openDB<string, string>({ name: 'meta', encoding: 'string' });
      await meta.put('format', '99');
      await environment.close();
      const held = readFileSync(file);
      const sets = await stage.fabric.setsReceived();
      const configs = await stage.configs();

      const program = Program.start('controller', ['--config', stage.site.config]);
      expect(await program.exited).toMatchObject({ code: ERROR });
      const said = program.stderr.join('\n');
      expect(said).toMatch(
        /^weir-controller: journal: .* is of format 99, this version reads up to/m,
      );
      expect(said).toMatch(/start the version that wrote it/);
      expect(readFileSync(file).equals(held)).toBe(true);
      expect(await stage.fabric.setsReceived()).toBe(sets);
      expect(await stage.configs()).toEqual(configs);
    }));
});
