import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { recoverState } from '@weir/runtime';
import { weir } from '../testing/weir';

const FIXTURES = join(__dirname, '../../../../test/fixtures/journal-v1');
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

let dir: string;
let target: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'weir-copies-'));
  target = join(dir, 'journal');
});
afterEach(() => rmSync(dir, { recursive: true }));

const importing = (file: string) => weir(['journal', 'import', file, '--dir', target]);

async function stateOf(at: string) {
  const journal = await openLmdbJournal({ dir: at, readOnly: true });
  const warnings: string[] = [];
  const log = { warn: (message: string) => void warnings.push(message) };
  const recovered = await recoverState(journal, digest, log);
  await journal.close();
  expect(warnings).toEqual([]);
  return recovered;
}

describe('weir journal import and export', () => {
  it.each(['whole', 'cut'])(
    'reads a %s journal of format 1 and writes the same again',
    async (name) => {
      const file = join(FIXTURES, `${name}.jsonl`);
      const { exitCode, stdout, stderr } = await importing(file);
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^records: \d+\nfirst: \d+\nhead: [0-9a-f]{64}\n/);
      const { durable, snapshotSequence } = await stateOf(target);
      expect(snapshotSequence).toBeGreaterThan(0);
      expect([...durable.changes.values()].map((change) => change.state)).toEqual(['confirmed']);
      expect([...durable.incidents.values()].map((incident) => incident.state)).toEqual(['closed']);
      expect([...durable.intents.keys()]).toEqual(['LatencyObjective/a', 'LatencyObjective/b']);
      expect(durable.frozen).toEqual({ by: 'ops', reason: 'window' });
      expect(durable.ruleModes.get('reroute')).toBe('suggest');
      expect((await weir(['journal', 'verify', '--dir', target])).exitCode).toBe(0);

      const out = join(dir, 'again.jsonl');
      const exported = await weir(['journal', 'export', '--dir', target, '--out', out]);
      expect(exported.stderr).toContain(`written to ${out}`);
      const lines = (path: string): unknown[] =>
        readFileSync(path, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown);
      expect(lines(out)).toEqual(lines(file));
      const again = await weir(['journal', 'export', '--dir', target, '--out', out]);
      expect(again).toMatchObject({ exitCode: 1 });
      expect(again.stderr).toContain('the file exists already');
    },
  );

  it('starts from the snapshot in both, and folding all records gives the same', async () => {
    await importing(join(FIXTURES, 'whole.jsonl'));
    const whole = await stateOf(target);
    target = join(dir, 'other');
    await importing(join(FIXTURES, 'cut.jsonl'));
    const cut = await stateOf(target);
    expect(cut.durable).toEqual(whole.durable);
    expect(cut.head).toEqual(whole.head);
  });

  it('does not write over a journal', async () => {
    const file = join(FIXTURES, 'cut.jsonl');
    await importing(file);
    const again = await importing(file);
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain('there is a journal in the directory already');
  });

  it('refuses every kind of bad export with the line, and leaves no journal behind', async () => {
    const good = readFileSync(join(FIXTURES, 'cut.jsonl'), 'utf8').trim().split('\n');
    const record = good.findIndex((line) => line.startsWith('{"record"'));
    const snapshot = good.findIndex((line) => line.startsWith('{"snapshot"'));
    const end = good.length - 1;
    const replaced = (index: number, from: RegExp, to: string): string[] =>
      good.map((line, i) => (i === index ? line.replace(from, to) : line));
    const cases: readonly (readonly [string[], number, string])[] = [
      [[], 0, 'journal-corrupt'],
      [good.slice(0, end), end, 'journal-corrupt'],
      [good.slice(0, 5), 5, 'journal-corrupt'],
      [replaced(0, /weir-journal/, 'x'), 1, 'journal-corrupt'],
      [replaced(0, /"formatVersion":1/, '"formatVersion":2'), 1, 'journal-too-new'],
      [replaced(0, /"formatVersion":1/, '"formatVersion":"1"'), 1, 'journal-corrupt'],
      [replaced(0, /"epoch":\d+/, '"epoch":-1'), 1, 'journal-corrupt'],
      [
        replaced(record, /"kind":"[a-z-]+"/, '"kind":"warp-engaged"'),
        record + 1,
        'journal-too-new',
      ],
      [replaced(record, /"hash":"[0-9a-f]+"\}\}$/, '"hash":"x"}}'), record + 1, 'journal-corrupt'],
      [replaced(record, /"sequence":\d+/, '"sequence":999'), record + 1, 'journal-corrupt'],
      [replaced(record, /"atMs":\d+/, '"atMs":1'), record + 1, 'journal-corrupt'],
      [good.filter((_, i) => i !== record + 1), record + 2, 'journal-corrupt'],
      [replaced(snapshot, /"text":"/, '"text":"x'), snapshot + 1, 'journal-corrupt'],
      [replaced(end, /"sequence":\d+/, '"sequence":1'), end + 1, 'journal-corrupt'],
      [[...good, good[record] ?? ''], end + 2, 'journal-corrupt'],
      [[...good.slice(0, 3), '{"record":', ...good.slice(3)], 4, 'journal-corrupt'],
      [[...good.slice(0, 3), '{"other":1}', ...good.slice(3)], 4, 'journal-corrupt'],
    ];
    for (const [lines, line, code] of cases) {
      const file = join(dir, 'bad.jsonl');
      writeFileSync(file, lines.map((one) => `${one}\n`).join(''));
      const { exitCode, stderr } = await importing(file);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(`code: ${code}`);
      const place = Number(/bad\.jsonl:(\d+)/.exec(stderr)?.[1]);
      // Hashes are checked batch by batch, so the line of that may be a later one.
      expect(place).toBeGreaterThanOrEqual(Math.min(line, end));
      expect(readdirSync(target)).toEqual([]);
    }
    const missing = await importing(join(dir, 'none.jsonl'));
    expect(missing.stderr).toContain('cannot read');
  });
});

describe('weir journal verify --anchor', () => {
  const anchors = (): string => join(dir, 'anchors.jsonl');
  const verify = () => weir(['journal', 'verify', '--dir', target, '--anchor', anchors()]);
  let heads: { sequence: number; hash: string }[];

  beforeEach(async () => {
    await importing(join(FIXTURES, 'cut.jsonl'));
    const journal = await openLmdbJournal({ dir: target });
    heads = [];
    for await (const { sequence, hash } of journal.read(1)) heads.push({ sequence, hash });
    await journal.close();
    for (const head of heads.filter((_, i) => i % 3 === 0 || i === heads.length - 1))
      appendFileSync(anchors(), `${JSON.stringify({ ...head, atMs: 1, epoch: 1 })}\n`);
  });

  it('is good when every anchor is the record that stands there', async () => {
    const { exitCode, stdout } = await verify();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/anchors: ok, \d+ match/);
    expect(stdout).toMatch(/first record: \d+, older ones were compacted away/);
    expect(stdout).toMatch(/snapshot of \d+: ok/);
  });

  it('finds that the journal was cut, or that an older copy was put back', async () => {
    const lines = readFileSync(join(FIXTURES, 'cut.jsonl'), 'utf8').trim().split('\n');
    const records = lines.filter((line) => !/^\{"(end|snapshot)"/.test(line)).slice(0, -2);
    const last = (JSON.parse(records.at(-1) ?? '') as { record: (typeof heads)[0] }).record;
    const end = JSON.stringify({ end: { sequence: last.sequence, hash: last.hash } });
    writeFileSync(join(dir, 'older.jsonl'), [...records, end, ''].join('\n'));
    rmSync(target, { recursive: true });
    expect((await importing(join(dir, 'older.jsonl'))).exitCode).toBe(0);
    const { exitCode, stdout } = await verify();
    expect(exitCode).toBe(1);
    expect(stdout).toContain('chain: ok');
    expect(stdout).toContain(`anchors: differ at ${last.sequence + 1}`);
    expect(stdout).toContain('it was cut, or an older copy was put back');
  });

  it('finds that the whole chain was written anew with another record in it', async () => {
    const other = join(dir, 'other');
    const journal = await openLmdbJournal({ dir: target, readOnly: true });
    const forged = await openLmdbJournal({ dir: other });
    const base = await journal.snapshots?.base();
    if (base) await forged.snapshots?.adopt({ base, checkpoints: [], snapshots: [] });
    for await (const { epoch, atMs, body } of journal.read(1))
      await forged.append(epoch, atMs, [
        body.kind === 'frozen' ? { ...body, reason: 'somebody else did it' } : body,
      ]);
    await Promise.all([journal.close(), forged.close()]);
    target = other;
    const { exitCode, stdout } = await verify();
    expect(exitCode).toBe(1);
    expect(stdout).toContain('the record is not the one that was anchored');
  });

  it('compares anchors from before the cut by checkpoints, and says which are too old', async () => {
    const [point] = JSON.parse(
      `[${readFileSync(join(FIXTURES, 'cut.jsonl'), 'utf8').trim().split('\n')[1]}]`,
    ) as { checkpoint: { sequence: number; hash: string } }[];
    const kept = { ...point?.checkpoint, atMs: 1, epoch: 1 };
    const unknown = { sequence: 1, hash: 'a'.repeat(64), atMs: 1, epoch: 1 };
    writeFileSync(anchors(), `${JSON.stringify(kept)}\n${JSON.stringify(unknown)}\n`);
    const { exitCode, stdout } = await verify();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('anchors: ok, 1 match');
    expect(stdout).toContain('anchors too old to compare: 1');
    writeFileSync(anchors(), `${JSON.stringify({ ...kept, hash: 'b'.repeat(64) })}\n`);
    expect((await verify()).stdout).toContain('the anchor is of another history');
  });

  it('says when the file of anchors is none', async () => {
    writeFileSync(anchors(), 'what is this\n');
    const bad = await verify();
    expect(bad.exitCode).toBe(1);
    expect(bad.stderr).toContain(`where: ${anchors()}:1`);
    rmSync(anchors());
    expect((await verify()).stderr).toContain('there is no such file');
  });
});

describe('weir journal show', () => {
  it('shows a record whole, and says when it is not there any more or not yet', async () => {
    await importing(join(FIXTURES, 'cut.jsonl'));
    const show = (sequence: number) => weir(['journal', 'show', String(sequence), '--dir', target]);
    expect((await show(1)).stderr).toMatch(/was compacted away; the first that is left is \d+/);
    expect((await show(100_000)).stderr).toContain('there is no record 100000');
    const { stdout, exitCode } = await weir(['journal', 'list', '--dir', target, '-o', 'json']);
    expect(exitCode).toBe(0);
    const { items } = JSON.parse(stdout) as { items: { sequence: number }[] };
    expect((await show(items[2]?.sequence ?? 0)).stdout).toContain(
      `sequence: ${items[2]?.sequence}`,
    );
  });
});
