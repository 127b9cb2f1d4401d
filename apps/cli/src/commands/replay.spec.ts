import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseFlight } from '@weir/adapter-flight-file';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { readEntries } from '@weir/runtime';
import { weir } from '../testing/weir';

// A run with the engine takes seconds where other specs run beside it.
jest.setTimeout(120_000);

const EXAMPLE = resolve(__dirname, '../../../../examples/scenarios/copy-beside-service.yaml');
let dir: string;
let file: string;
let policy: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'weir-replay-'));
  const scenario = join(dir, 'scenario.yaml');
  const text = readFileSync(EXAMPLE, 'utf8')
    .replace('requestsPerSecond: 1200', 'requestsPerSecond: 200')
    .replace('computeMs: 120', 'computeMs: 2000');
  writeFileSync(scenario, text);
  const recordings = join(dir, 'recordings');
  await weir(['sim', scenario, '--no-truth', '--record', recordings]);
  file = join(recordings, readdirSync(recordings)[0] ?? '');
  const shown = await weir(['replay', file, '--show-policy']);
  policy = join(dir, 'policy.yaml');
  writeFileSync(policy, shown.stdout);
});
afterAll(() => rmSync(dir, { recursive: true }));

/** The policy of the recording with every rule in another mode. */
function withMode(mode: string): string {
  const path = join(dir, `${mode.replaceAll(/\W/g, '')}.yaml`);
  writeFileSync(path, readFileSync(policy, 'utf8').replaceAll('mode: auto', `mode: ${mode}`));
  return path;
}

describe('weir replay', () => {
  it('says that a recording is identical, with exit code 0', async () => {
    const { exitCode, stdout } = await weir(['replay', file]);
    expect(stdout).toMatch(/^identical .*\n {2}\d+ events from 2026-01-01T00:00:00.000Z to /);
    expect(exitCode).toBe(0);
  });

  it('finds recordings by period', async () => {
    const recordings = join(dir, 'recordings');
    const during = ['--from', '2026-01-01T00:00:30Z', '--to', '2026-01-01T00:00:31Z'];
    const found = await weir(['replay', '--dir', recordings, ...during, '--json']);
    expect(JSON.parse(found.stdout)).toMatchObject({ replays: [{ file, identical: true }] });
    const later = await weir(['replay', '--dir', recordings, '--from', '2026-01-02']);
    expect(later).toMatchObject({ exitCode: 1, stdout: '' });
    expect(later.stderr).toContain('no recording in');
  });

  it('finds the same decisions under the same policy', async () => {
    const { exitCode, stdout } = await weir(['replay', file, '--policy', policy]);
    expect(stdout).toMatch(/^same decisions /);
    expect(exitCode).toBe(0);
  });

  it('prints the decisions that differ under another policy, with exit code 3', async () => {
    const args = ['replay', file, '--policy', withMode('observe')];
    const { exitCode, stdout } = await weir(args);
    expect(stdout).toMatch(/\n {2}- .* change LatencyObjective\/api: rule reroute; .*mode auto/);
    expect(stdout).toMatch(
      /\n {2}\+ .* shadow LatencyObjective\/api: rule reroute; .*mode observe/,
    );
    expect(exitCode).toBe(3);
    const [one, again] = [await weir([...args, '--json']), await weir([...args, '--json'])];
    expect(one.stdout).toBe(again.stdout);
  });

  it('refuses a damaged file with the place', async () => {
    const copy = join(dir, 'damaged.weirflight');
    copyFileSync(file, copy);
    const bytes = readFileSync(copy);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(copy, bytes);
    const { exitCode, stderr } = await weir(['replay', copy]);
    expect(stderr).toMatch(/code: flight-damaged\n {2}where: .*damaged.weirflight: byte \d+\n/);
    expect(exitCode).toBe(1);
  });

  it('replays what there is of a recording that was cut short', async () => {
    const copy = join(dir, 'cut.part');
    writeFileSync(copy, readFileSync(file).subarray(0, -3));
    const { exitCode, stdout } = await weir(['replay', copy]);
    expect(stdout).toContain('the recording was not ended');
    expect(exitCode).toBe(0);
  });

  it.each([
    ['no file', ['replay'], 'no recording is named'],
    ['a file that is not there', ['replay', '/nowhere.weirflight'], 'it does not exist'],
    ['a file of another kind', ['replay', EXAMPLE], 'does not begin as a flight recording does'],
    ['a time that is none', ['replay', '--dir', '.', '--from', 'noon'], 'A time such as'],
    ['a period without a directory', ['replay', '--from', '2026-01-01'], 'in a directory'],
    [
      'a period that ends before it begins',
      ['replay', '--dir', '.', '--from', '2026-01-02', '--to', '2026-01-01'],
      'ends before it begins',
    ],
  ])('refuses %s', async (_, args, words) => {
    const { exitCode, stderr, stdout } = await weir(args);
    expect(stderr).toContain(words);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  });
});

describe('weir replay --journal', () => {
  it('says what conditions alone can say, where there is no recording', async () => {
    const journalDir = join(dir, 'journal');
    const journal = await openLmdbJournal({ dir: journalDir });
    const content = parseFlight(readFileSync(file));
    for (const entry of content.ok ? readEntries(content.value.entries) : [])
      if (entry.ok && entry.value.kind === 'outcome' && entry.value.records.length > 0)
        await journal.append(1, 1_000, entry.value.records);
    await journal.close();
    const args = ['replay', '--journal', journalDir, '--policy'];
    const same = await weir([...args, policy]);
    expect(same.stdout).toMatch(/^1 decisions of rules in .* is another one for 0\n/);
    expect(same.exitCode).toBe(0);
    const other = await weir([...args, withMode('"off"')]);
    expect(other.stdout).toMatch(/chg-1 LatencyObjective\/api: reroute then, no rule now\n/);
    expect(other.exitCode).toBe(3);
    const earlier = await weir([...args, policy, '--to', '1970-01-01T00:00:00Z', '--json']);
    expect(JSON.parse(earlier.stdout)).toMatchObject({ decisions: [] });
    const both = await weir([...args, policy, file]);
    expect(both.stderr).toContain('without recordings beside it');
  });
});

describe('weir backtest', () => {
  it('scores a policy beside the one that was in force', async () => {
    const { exitCode, stdout } = await weir(['backtest', file, '--policy', withMode('suggest')]);
    expect(stdout).toMatch(/\ntested: default \(\w+\)\nRULE +GROUP +DECISIONS/);
    expect(stdout).toMatch(/\nreroute +pod1 +1 +1 +1 +0 +0 +0 +0\n/);
    expect(stdout).toContain('in force when recorded: default');
    expect(exitCode).toBe(0);
  });

  it('needs a policy that can be used', async () => {
    const without = await weir(['backtest', file]);
    expect(without).toMatchObject({ exitCode: 1 });
    expect(without.stderr).toContain("required option '--policy <file>'");
    const wrong = await weir(['backtest', file, '--policy', EXAMPLE]);
    expect(wrong.stderr).toContain('code: policy-invalid');
  });
});
