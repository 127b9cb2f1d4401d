import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLmdbJournal } from '@weir/adapter-journal-lmdb';
import { startSmallFabric, type SmallFabric } from '../test/small-fabric';
import { ready, startTestDaemon, until, type TestDaemon } from '../test/test-daemon';

jest.setTimeout(120_000);

const JOURNAL = `  journal:
    dir: journal
    snapshotEvery: 100
    keepRecords: 100
    anchor: { file: anchors.jsonl, everyRecords: 50, everyMs: 200 }
`;

describe('the journal of a daemon that runs for long', () => {
  let fabric: SmallFabric;
  beforeAll(async () => {
    fabric = await startSmallFabric();
  });
  afterAll(() => fabric.close());

  async function start(): Promise<TestDaemon> {
    const daemon = await startTestDaemon(fabric.dir, JOURNAL);
    await ready(daemon);
    return daemon;
  }

  /** Each request is a record; many at once share a commit. */
  async function fill(daemon: TestDaemon, records: number): Promise<void> {
    const put = async (): Promise<number> => {
      const response = await fetch(`${daemon.url}/v1/modes/rule/reroute`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ mode: 'suggest' }),
      });
      await response.text();
      return response.status;
    };
    for (let done = 0; done < records; done += 50) {
      const statuses = await Promise.all(Array.from({ length: 50 }, put));
      expect(new Set(statuses)).toEqual(new Set([200]));
    }
  }

  const verification = async (daemon: TestDaemon) =>
    (await (await fetch(`${daemon.url}/v1/journal/verify`)).json()) as {
      firstSequence: number;
      chain: string;
      records: number;
      snapshots: { finding: string | null }[];
    };

  it('is cut while it runs, starts from a snapshot, and is refused as an older copy', async () => {
    const first = await start();
    await fill(first, 50);
    await first.stop();
    const dir = join(fabric.dir, 'journal');
    const copy = join(fabric.dir, 'copy');
    cpSync(dir, copy, { recursive: true });

    const second = await start();
    await fill(second, 250);
    const cut = await until('a cut', async () => {
      const report = await verification(second);
      return report.firstSequence > 1 && report;
    });
    expect(cut).toMatchObject({ chain: 'ok' });
    expect(cut.snapshots.map((one) => one.finding)).toEqual([null, null]);
    const metrics = await (await fetch(`${second.url}/metrics`)).text();
    expect(metrics).toMatch(/weir_journal_snapshot_sequence [1-9]/);
    expect(metrics).toMatch(/weir_journal_anchor_sequence\{sink="file"\} [1-9]/);
    expect(metrics).toMatch(/weir_journal_kept_records \d+/);
    await second.stop();
    const anchors = readFileSync(join(fabric.dir, 'anchors.jsonl'), 'utf8').trim().split('\n');
    const newest = JSON.parse(anchors.at(-1) ?? '') as { sequence: number; hash: string };
    const journal = await openLmdbJournal({ dir, readOnly: true });
    expect((await journal.verify()).head).toBe(newest.hash);
    await journal.close();

    const third = await start();
    const folded = third.lines.find(({ msg }) => msg === 'journal folded');
    expect(folded?.['snapshot']).toBeGreaterThan(200);
    await third.stop();

    rmSync(dir, { recursive: true });
    cpSync(copy, dir, { recursive: true });
    const fourth = await startTestDaemon(fabric.dir, JOURNAL);
    await until('the refusal', async () => fourth.stopRequests.length > 0);
    expect(JSON.stringify(fourth.lines)).toMatch(/it is not the one anchored in .*older copy/);
    await fourth.stop();
  });
});
